import { Flex } from 'antd'
import { Link } from 'react-router'
import type { Customer } from '../../api/types'
import { Amount } from '../../parts/Amount'
import type { Column } from '../../parts/DataTable'
import { Mark } from '../../parts/Mark'
import { Moment } from '../../parts/Moment'
import { Share } from '../../parts/Share'
import { useWords } from '../../words/useWords'
import { openCustomer } from '../customer/address'
import { WORDS } from './words'

type CustomerColumn = Omit<Column<Customer>, 'title'> & { title: keyof typeof WORDS }

/** A new column is one line here and its name in words.ts. */
export const COLUMNS: CustomerColumn[] = [
  { key: 'customer', title: 'customer', cell: (each) => <Name customer={each} /> },
  { key: 'country', title: 'country', cell: ({ country_label }) => country_label },
  { key: 'orders', title: 'orders', align: 'right', cell: (each) => <OrderCounts customer={each} /> },
  { key: 'spend', title: 'spend', align: 'right', cell: ({ spend }) => <Spend of={spend} /> },
  { key: 'refunds', title: 'refundRate', align: 'right', cell: ({ refund_rate }) => <Share value={refund_rate} /> },
  { key: 'disputes', title: 'disputeRate', align: 'right', cell: ({ dispute_rate }) => <Share value={dispute_rate} /> },
  { key: 'last', title: 'lastOrder', cell: ({ last_order_at }) => <Moment at={last_order_at} /> },
  { key: 'group', title: 'group', cell: ({ frequency_label, amount_label }) => `${frequency_label} · ${amount_label}` },
  { key: 'notes', title: 'notes', cell: (each) => <Notes customer={each} /> },
]

function Name({ customer: { buyer_id, name } }: { customer: Customer }) {
  return (
    <span>
      <Link to={openCustomer(buyer_id)}>{name ?? buyer_id}</Link>
      {name ? <small className="quiet block">{buyer_id}</small> : null}
    </span>
  )
}

function OrderCounts({ customer: { orders, paid_orders } }: { customer: Customer }) {
  return useWords(WORDS)('ordersOf', { orders, paid: paid_orders })
}

export function Spend({ of }: { of: Customer['spend'] }) {
  if (!of.length) return '–'
  return (
    <span>
      {of.map((each) => (
        <span key={each.currency} className="block">
          <Amount value={each} />
        </span>
      ))}
    </span>
  )
}

function Notes({ customer: { blocked, reminder_opt_out, tags, note } }: { customer: Customer }) {
  const t = useWords(WORDS)
  return (
    <Flex wrap gap={4}>
      {blocked ? <Mark tone="late">{t('blocked')}</Mark> : null}
      {reminder_opt_out ? <Mark>{t('optedOut')}</Mark> : null}
      {tags.map((tag) => (
        <Mark key={tag}>{tag}</Mark>
      ))}
      {note}
    </Flex>
  )
}
