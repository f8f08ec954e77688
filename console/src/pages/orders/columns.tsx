import { Link } from 'react-router'
import type { ListedOrder } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Countdown } from '../../parts/Countdown'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { openOrder } from '../order/address'
import type { WORDS } from './words'

type OrderColumn = Omit<Column<ListedOrder>, 'title'> & { title: keyof typeof WORDS }

/** A new column is one line here and its name in words.ts. */
export const COLUMNS: OrderColumn[] = [
  { key: 'order', title: 'order', cell: ({ order_id }) => <Link to={openOrder(order_id)}>{order_id}</Link> },
  { key: 'placed', title: 'placed', cell: ({ placed_at }) => <Moment at={placed_at} /> },
  { key: 'buyer', title: 'buyer', cell: ({ buyer }) => `${buyer.name ?? buyer.id} · ${buyer.country}` },
  { key: 'amount', title: 'amount', align: 'right', cell: ({ amounts }) => <Amount value={amounts.total} /> },
  {
    key: 'status',
    title: 'status',
    cell: ({ status_label, overlays_label }) => [status_label, ...overlays_label].join(' · '),
  },
  { key: 'left', title: 'timeLeft', cell: ({ deadline_at }) => <Countdown to={deadline_at} /> },
  { key: 'note', title: 'noteAndTags', cell: ({ note, tags }) => [note, ...tags].filter(Boolean).join(' · ') },
]
