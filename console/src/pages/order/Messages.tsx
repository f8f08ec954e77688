import type { Order } from '../../api/types'
import { Thread } from '../../messages/Thread'

export function Messages({ order }: { order: Order }) {
  return <Thread orderId={order.order_id} unread={order.unread_messages} />
}
