import type { WORDS } from './words'

interface Group {
  title: keyof typeof WORDS
  /** Counters of `GET /v1/orders/counters`, each a link to the list that it counts. */
  counters: string[]
}

/** Which counters stand together, as sellers know them. */
export const GROUPS: Group[] = [
  { title: 'attention', counters: ['overdue', 'seller_due_24h', 'due_24h', 'placed_today'] },
  {
    title: 'yours',
    counters: [
      'WAIT_SELLER_SEND_GOODS',
      'SELLER_PART_SEND_GOODS',
      'IN_CANCEL',
      'dispute',
      'unread',
      'WAIT_SELLER_EXAMINE_MONEY',
      'refund',
    ],
  },
  { title: 'buyers', counters: ['PLACE_ORDER_SUCCESS', 'PAYMENT_PROCESSING', 'WAIT_BUYER_ACCEPT_GOODS'] },
  {
    title: 'platforms',
    counters: ['awaiting_release', 'refunding', 'RISK_CONTROL', 'RISK_CONTROL_HOLD', 'FUND_PROCESSING', 'frozen'],
  },
]

/** Counters that stand out where they are not 0. */
export const TONES: Record<string, string> = { overdue: 'late', seller_due_24h: 'soon', due_24h: 'soon' }
