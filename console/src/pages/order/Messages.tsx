import type { Order } from '../../api/types'
import { Thread } from '../../messages/Thread'

export function Messages({ order }: { order: Order }) {
  return <Thread orderId={order.order_id} version={order.version} unread={order.unread_messages} />
}
