import type { ListedOrder } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Countdown } from '../../parts/Countdown'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { Picture } from '../../parts/Picture'
import { StatusMarks } from '../../parts/StatusMarks'
import { useWords } from '../../words/useWords'
import { OrderLink } from '../order/OrderLink'
import { WORDS } from './words'

type OrderColumn = Omit<Column<ListedOrder>, 'title'> & { title: keyof typeof WORDS }

/** A new column is one line here and its name in words.ts. */
export const COLUMNS: OrderColumn[] = [
  { key: 'order', title: 'order', cell: (order) => <Numbered order={order} /> },
  { key: 'product', title: 'product', cell: (order) => (order.first_line ? <Product order={order} /> : null) },
  { key: 'buyer', title: 'buyer', cell: (order) => <Buyer order={order} /> },
  { key: 'amount', title: 'amount', align: 'right', cell: ({ amounts }) => <Amount value={amounts.total} /> },
  { key: 'status', title: 'status', cell: (order) => <StatusMarks of={order} /> },
  { key: 'left', title: 'timeLeft', cell: (order) => (order.deadlines.length ? <TimeLeft order={order} /> : null) },
  {
    key: 'note',
    title: 'noteAndTags',
    cell: ({ note, tags }) => (note || tags.length ? <Note note={note} tags={tags} /> : null),
  },
  { key: 'assignee', title: 'assignee', cell: ({ assignee }) => assignee ?? '' },
]

function Numbered({ order: { order_id, placed_at } }: { order: ListedOrder }) {
  return (
    <span>
      <OrderLink id={order_id} />
      <small className="quiet block">
        <Moment at={placed_at} />
      </small>
    </span>
  )
}

function Product({ order: { first_line, line_count } }: { order: ListedOrder }) {
  const t = useWords(WORDS)
  if (!first_line) return null
  const { title, sku, product_id, attributes, quantity, image_url } = first_line
  const details = [`× ${quantity}`, sku, ...Object.values(attributes ?? {})].filter(Boolean).join(' · ')
  return (
    <span className="with-picture">
      <Picture url={image_url} />
      <span>
        <span className="product" title={title}>
          {title ?? product_id}
        </span>
        <small className="quiet block">
          {details} {line_count > 1 ? t('moreLines', { n: line_count - 1 }) : ''}
        </small>
      </span>
    </span>
  )
}

function Buyer({ order: { buyer, buyer_country_label, unread_messages } }: { order: ListedOrder }) {
  const t = useWords(WORDS)
  return (
    <span>
      {buyer.name ?? buyer.id} <small className="quiet">{buyer_country_label}</small>
      {unread_messages ? (
        <strong className="unread" title={t('unread', { n: unread_messages })}>
          ✉ {unread_messages}
          <span className="hidden"> {t('unread', { n: unread_messages })}</span>
        </strong>
      ) : null}
    </span>
  )
}

function TimeLeft({ order: { deadlines, deadline_at } }: { order: ListedOrder }) {
  const t = useWords(WORDS)
  const [first] = deadlines
  if (!first) return null
  return (
    <span>
      {deadline_at ? <Countdown to={deadline_at} /> : <span className="quiet">{t('held')}</span>}
      <small className="quiet block">{first.kind_label}</small>
    </span>
  )
}

function Note({ note, tags }: { note: string | null; tags: readonly string[] }) {
  return (
    <span>
      {note ? (
        <span className="note" title={note}>
          {note}
        </span>
      ) : null}
      {tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
    </span>
  )
}
