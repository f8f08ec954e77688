import type { Alert } from '../../api/types'
import { Countdown } from '../../parts/Countdown'
import type { Column } from '../../parts/DataTable'
import { Mark } from '../../parts/Mark'
import { Moment } from '../../parts/Moment'
import { OrderLink } from '../../parts/OrderLink'
import type { WORDS } from './words'

const TONES: Record<string, 'late' | 'soon'> = { critical: 'late', warning: 'soon' }

/** A new column is one line here and its name in words.ts. */
export const COLUMNS: (Omit<Column<Alert>, 'title'> & { title: keyof typeof WORDS })[] = [
  {
    key: 'severity',
    title: 'severity',
    cell: ({ severity, severity_label }) => <Mark tone={TONES[severity]}>{severity_label}</Mark>,
  },
  { key: 'message', title: 'message', cell: ({ message }) => message },
  {
    key: 'kind',
    title: 'kind',
    cell: ({ kind_label, timer_label }) => [kind_label, timer_label].filter(Boolean).join(' · '),
  },
  {
    key: 'order',
    title: 'order',
    cell: ({ order_id }) => <OrderLink id={order_id} />,
  },
  { key: 'due', title: 'due', cell: ({ due_at }) => <Countdown to={due_at} /> },
  { key: 'raised', title: 'raised', cell: ({ raised_at }) => <Moment at={raised_at} /> },
  { key: 'state', title: 'state', cell: (each) => <State alert={each} /> },
]

function State({ alert: { state_label, acknowledged_at, acknowledged_by, resolved_at } }: { alert: Alert }) {
  return (
    <span>
      <span className="id">{state_label}</span>
      {acknowledged_at ? (
        <small className="quiet block">
          <Moment at={acknowledged_at} /> {acknowledged_by}
        </small>
      ) : null}
      {resolved_at ? (
        <small className="quiet block">
          <Moment at={resolved_at} />
        </small>
      ) : null}
    </span>
  )
}
