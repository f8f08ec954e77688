import { Link } from 'react-router'
import type { Refund } from '../../api/types'
import { Amount } from '../../parts/Amount'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { AnswerBy } from '../order/AnswerBy'
import { openOrder } from '../order/address'
import { AnswerLink } from './AnswerLink'
import type { WORDS } from './words'

type RefundColumn = Omit<Column<Refund>, 'title'> & { title: keyof typeof WORDS }

export const COLUMNS: RefundColumn[] = [
  {
    key: 'order',
    title: 'order',
    cell: ({ order_id }) => (
      <Link className="id" to={openOrder(order_id)}>
        {order_id}
      </Link>
    ),
  },
  { key: 'source', title: 'source', cell: ({ source_label }) => <span className="id">{source_label}</span> },
  { key: 'amount', title: 'amount', align: 'right', cell: ({ amount }) => <Amount value={amount} /> },
  { key: 'reason', title: 'reason', cell: ({ reason, reason_label }) => reason_label ?? reason },
  { key: 'requested', title: 'requested', cell: ({ requested_at }) => <Moment at={requested_at} /> },
  {
    key: 'state',
    title: 'state',
    cell: ({ state_label, paid_at }) => (
      <div>
        <span className="id">{state_label}</span>
        {paid_at ? (
          <small className="quiet block">
            <Moment at={paid_at} />
          </small>
        ) : null}
      </div>
    ),
  },
  { key: 'answerBy', title: 'answerBy', cell: (refund) => <AnswerBy refund={refund} /> },
  { key: 'answer', title: 'answer', cell: (refund) => <AnswerLink refund={refund} /> },
]
