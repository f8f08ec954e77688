import type { ReactNode } from 'react'
import type { components, ListedOrder } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Countdown } from '../../parts/Countdown'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { OrderLink } from '../../parts/OrderLink'
import type { WORDS } from './words'

export type Held = components['schemas']['HeldView']
export type Movement = components['schemas']['MovementView']
type Word = keyof typeof WORDS
type FundsColumn<Row> = Omit<Column<Row>, 'title'> & { title: Word }

/** A list behind the totals: a new column is one line, and its name in words.ts. */
export interface List<Row> {
  name: Word
  parameters: readonly string[]
  columns: FundsColumn<Row>[]
  rowKey: (row: Row) => string
  empty: Word
}

const order: FundsColumn<{ order_id?: string }> = {
  key: 'order',
  title: 'order',
  cell: ({ order_id }): ReactNode => <OrderLink id={order_id} />,
}

const amountOf = (title: Word, name: keyof ListedOrder['amounts']): FundsColumn<ListedOrder> => ({
  key: name,
  title,
  align: 'right',
  cell: ({ amounts }) => <Amount value={amounts[name]} />,
})

export const HELD: List<Held> = {
  name: 'held',
  parameters: ['kind', 'currency', 'cursor'],
  rowKey: ({ order_id }) => order_id,
  empty: 'noHeld',
  columns: [
    order,
    { key: 'placed', title: 'placed', cell: ({ placed_at }) => <Moment at={placed_at} /> },
    { key: 'kind', title: 'kind', cell: ({ kind_label }) => kind_label },
    { key: 'status', title: 'status', cell: ({ status_label }) => status_label },
    { key: 'expected', title: 'expected', cell: ({ expected_at }) => <Countdown to={expected_at} /> },
    { key: 'amount', title: 'amount', align: 'right', cell: ({ amount }) => <Amount value={amount} /> },
  ],
}

export const ENTRIES: List<Movement> = {
  name: 'moved',
  parameters: ['flow', 'currency', 'at_from', 'at_to', 'cursor'],
  rowKey: ({ order_id, seq, flow }) => `${order_id} ${seq} ${flow}`,
  empty: 'noEntries',
  columns: [
    { key: 'at', title: 'at', cell: ({ at }) => <Moment at={at} /> },
    order,
    { key: 'flow', title: 'flow', cell: ({ flow_label }) => flow_label },
    { key: 'amount', title: 'amount', align: 'right', cell: ({ amount }) => <Amount value={amount} /> },
    { key: 'held', title: 'heldAfter', align: 'right', cell: ({ held }) => <Amount value={held} /> },
  ],
}

export const UNEXPLAINED: List<ListedOrder> = {
  name: 'unexplained',
  parameters: ['cursor'],
  rowKey: ({ order_id }) => order_id,
  empty: 'noUnexplained',
  columns: [
    order,
    { key: 'placed', title: 'placed', cell: ({ placed_at }) => <Moment at={placed_at} /> },
    { key: 'status', title: 'status', cell: ({ fund_state_label }) => fund_state_label },
    amountOf('received', 'received'),
    amountOf('refunded', 'refunded'),
    amountOf('released', 'released'),
    amountOf('expectedRelease', 'expected_release'),
    amountOf('difference', 'unexplained'),
  ],
}
