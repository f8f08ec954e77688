import type { ReactNode } from 'react'
import type { Customer } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Moment } from '../../parts/Moment'
import { Share } from '../../parts/Share'
import type { WORDS } from './words'

/** What the drawer shows of a customer. A new figure is one line here and its name in words.ts. */
export const FIGURES: { name: keyof typeof WORDS; value: (customer: Customer) => ReactNode }[] = [
  { name: 'buyerId', value: ({ buyer_id }) => buyer_id },
  { name: 'country', value: ({ country_label }) => country_label },
  { name: 'group', value: ({ frequency_label, amount_label }) => `${frequency_label} · ${amount_label}` },
  { name: 'orderCount', value: ({ orders }) => orders },
  { name: 'paid', value: ({ paid_orders }) => paid_orders },
  { name: 'unpaid', value: ({ closed_unpaid_orders }) => closed_unpaid_orders },
  { name: 'cancelled', value: ({ cancelled_orders }) => cancelled_orders },
  { name: 'refunded', value: ({ refunded_orders }) => refunded_orders },
  { name: 'refundRate', value: ({ refund_rate }) => <Share value={refund_rate} /> },
  { name: 'disputed', value: ({ disputed_orders }) => disputed_orders },
  { name: 'disputeRate', value: ({ dispute_rate }) => <Share value={dispute_rate} /> },
  {
    name: 'spend',
    value: ({ spend }) => (spend.length ? spend.map((each) => <Amount key={each.currency} value={each} />) : '–'),
  },
  { name: 'first', value: ({ first_order_at }) => <Moment at={first_order_at} /> },
  { name: 'last', value: ({ last_order_at }) => <Moment at={last_order_at} /> },
]
