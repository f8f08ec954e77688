import { Link } from 'react-router'
import type { Message } from '../../api/types'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { openThread } from './address'
import { Said } from './Said'
import type { WORDS } from './words'

type MessageColumn = Omit<Column<Message>, 'title'> & { title: keyof typeof WORDS }

export const COLUMNS: MessageColumn[] = [
  {
    key: 'order',
    title: 'order',
    cell: ({ order_id }) => (
      <Link className="id" to={openThread(order_id ?? null)}>
        {order_id}
      </Link>
    ),
  },
  { key: 'message', title: 'message', cell: (message) => <Said message={message} /> },
  { key: 'sent', title: 'sent', cell: ({ sent_at }) => <Moment at={sent_at} /> },
]
