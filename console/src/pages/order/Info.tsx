import type { Order } from '../../api/types'
import { Facts } from '../../parts/Facts'
import { Moment } from '../../parts/Moment'
import { useWords } from '../../words/useWords'
import { Buyer } from './Buyer'
import { Lines } from './Lines'
import { Notes } from './Notes'
import { Recipient } from './Recipient'
import { WORDS } from './words'

export function Info({ order }: { order: Order }) {
  const t = useWords(WORDS)
  const at = (moment: string | undefined) => moment && <Moment at={moment} />
  return (
    <>
      <Lines order={order} />
      <div className="order-cards">
        <div className="card">
          <Facts
            rows={{
              [t('placed')]: at(order.placed_at),
              [t('paid')]: at(order.paid_at),
              [t('shippedAt')]: at(order.shipped_at),
              [t('received')]: at(order.received_at),
              [t('finished')]: at(order.finished_at),
              [t('service')]: order.chosen_service,
              [t('deliveryDays')]: order.delivery_days && t('days', { n: order.delivery_days }),
              [t('memo')]: order.memo,
              [t('version')]: order.version,
            }}
          />
        </div>
        <Recipient order={order} />
        <Buyer order={order} />
        <Notes order={order} />
      </div>
    </>
  )
}
