import { Link } from 'react-router'
import type { ListedDispute } from '../../api/types'
import { Amount } from '../../parts/Amount'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { openOrder } from '../order/address'
import { OpenLink } from './OpenLink'
import { RespondBy } from './RespondBy'
import type { DISPUTE_WORDS } from './words'

type DisputeColumn = Omit<Column<ListedDispute>, 'title'> & { title: keyof typeof DISPUTE_WORDS }

export const COLUMNS: DisputeColumn[] = [
  { key: 'dispute', title: 'dispute', cell: (dispute) => <OpenLink dispute={dispute} /> },
  {
    key: 'order',
    title: 'order',
    cell: ({ order_id }) => (
      <Link className="id" to={openOrder(order_id)}>
        {order_id}
      </Link>
    ),
  },
  { key: 'opened', title: 'opened', cell: ({ opened_at }) => <Moment at={opened_at} /> },
  { key: 'kind', title: 'kind', cell: ({ kind_label }) => kind_label ?? '–' },
  { key: 'claim', title: 'claim', align: 'right', cell: ({ claim }) => <Amount value={claim} /> },
  { key: 'solution', title: 'solution', cell: ({ solution_label }) => solution_label ?? '–' },
  {
    key: 'stage',
    title: 'stage',
    cell: ({ stage_label, result_label }) => [stage_label, result_label].filter(Boolean).join(' · '),
  },
  { key: 'answer', title: 'answerBy', cell: (dispute) => <RespondBy dispute={dispute} /> },
]
