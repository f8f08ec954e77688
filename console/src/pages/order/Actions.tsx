import { ActionBar } from '../../actions/ActionBar'
import { OrderActionForm, orderDraft } from '../../actions/OrderActionForm'
import type { Order } from '../../api/types'
import { Changes } from '../../history/Changes'

/** The actions that the API allows now, and the reason of each other one. */
export function Actions({ order }: { order: Order }) {
  return (
    <ActionBar
      choices={order}
      draftOf={(action) => orderDraft(order.order_id, action)}
      form={(action, label, close, done) => (
        <OrderActionForm
          key={action}
          order={order}
          action={action}
          label={label}
          onCancel={close}
          onDone={({ warnings }) => done(warnings?.map(({ message }) => message).join(' '))}
          since={(version) => <Changes orderId={order.order_id} since={version} />}
        />
      )}
    />
  )
}
