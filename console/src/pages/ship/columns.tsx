import { Link } from 'react-router'
import type { components, ListedOrder } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Countdown } from '../../parts/Countdown'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { StatusMarks } from '../../parts/StatusMarks'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { TrackingLink } from './TrackingLink'
import { WORDS } from './words'

type ListedParcel = components['schemas']['ListedParcelView']
type Pick = components['schemas']['PickView']
type Titled<Of> = Omit<Column<Of>, 'title'> & { title: keyof typeof WORDS }

/** A new column is one line here and its name in words.ts. */
export const COLUMNS: Titled<ListedOrder>[] = [
  { key: 'order', title: 'order', cell: ({ order_id }) => <OrderLink orderId={order_id} /> },
  { key: 'placed', title: 'placed', cell: ({ placed_at }) => <Moment at={placed_at} /> },
  {
    key: 'buyer',
    title: 'buyer',
    cell: ({ buyer, buyer_country_label: country }) => `${buyer.name ?? buyer.id} · ${country}`,
  },
  { key: 'amount', title: 'amount', align: 'right', cell: ({ amounts }) => <Amount value={amounts.total} /> },
  { key: 'status', title: 'status', cell: (order) => <StatusMarks of={order} /> },
  { key: 'shipBy', title: 'shipBy', cell: (order) => <ShipBy order={order} /> },
  { key: 'note', title: 'noteAndTags', cell: ({ note, tags }) => [note, ...tags].filter(Boolean).join(' · ') },
]

export const SHIP_COLUMN: Titled<ListedOrder> = {
  key: 'action',
  title: 'action',
  cell: ({ order_id }) => <ShipLink orderId={order_id} />,
}

export const PARCEL_COLUMNS: Titled<ListedParcel>[] = [
  { key: 'order', title: 'order', cell: ({ order_id }) => <OrderLink orderId={order_id} /> },
  { key: 'carrier', title: 'carrier', cell: ({ carrier_name }) => carrier_name },
  { key: 'number', title: 'trackingNo', cell: (parcel) => <TrackingLink parcel={parcel} /> },
  { key: 'shipped', title: 'shipped', cell: ({ shipped_at }) => <Moment at={shipped_at} /> },
  { key: 'days', title: 'days', align: 'right', cell: ({ days_under_way }) => days_under_way },
  { key: 'delivered', title: 'deliveredAt', cell: ({ delivered_at }) => <Moment at={delivered_at} /> },
  {
    key: 'warnings',
    title: 'warnings',
    cell: ({ warnings }) =>
      warnings?.length ? (
        <div className="cut-off">
          {warnings.map(({ code, message }) => (
            <div key={code}>{message}</div>
          ))}
        </div>
      ) : null,
  },
]

export const PICK_COLUMNS: Titled<Pick>[] = [
  { key: 'sku', title: 'sku', cell: ({ sku }) => sku ?? '–' },
  { key: 'product', title: 'product', cell: ({ title, product_id }) => title ?? product_id },
  { key: 'attributes', title: 'attributes', cell: ({ attributes }) => described(attributes) },
  { key: 'pieces', title: 'pieces', align: 'right', cell: ({ quantity }) => <strong>{quantity}</strong> },
  { key: 'orders', title: 'orders', align: 'right', cell: ({ orders }) => orders },
]

/** `Color: Silver, Size: M` */
export function described(attributes: Record<string, string> | undefined): string {
  return Object.entries(attributes ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
}

function OrderLink({ orderId }: { orderId: string }) {
  return (
    <Link className="number" to={openOrder(orderId)}>
      {orderId}
    </Link>
  )
}

function ShipBy({ order }: { order: ListedOrder }) {
  const t = useWords(WORDS)
  const timer = order.deadlines.find(({ kind }) => kind === 'shipment')
  if (!timer?.held_since) return <Countdown to={timer?.due_at} />
  return (
    <span>
      {t('heldSince')} <Moment at={timer.held_since} />
    </span>
  )
}

function ShipLink({ orderId }: { orderId: string }) {
  const t = useWords(WORDS)
  return (
    <Link className="ship-link" to={openOrder(orderId, 'ship')} aria-label={t('shipOrder', { order: orderId })}>
      {t('ship')}
    </Link>
  )
}
