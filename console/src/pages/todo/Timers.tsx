import { Link, useNavigate } from 'react-router'
import { useApi } from '../../api/client'
import type { ListedOrder, Timer } from '../../api/types'
import { Countdown } from '../../parts/Countdown'
import { type Column, DataTable } from '../../parts/DataTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { StatusMarks } from '../../parts/StatusMarks'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { OrderLink } from '../order/OrderLink'
import { EVERY_MINUTE } from './refresh'
import { WORDS } from './words'

const TIMERS = 10

interface Row extends Timer {
  of: ListedOrder
}

type TimerColumn = Omit<Column<Row>, 'title'> & { title: keyof typeof WORDS }

const COLUMNS: TimerColumn[] = [
  { key: 'left', title: 'timeLeft', cell: ({ due_at }) => <Countdown to={due_at} /> },
  { key: 'timer', title: 'timer', cell: ({ kind_label }) => kind_label },
  { key: 'actor', title: 'actor', cell: ({ actor, actor_label }) => <Actor code={actor} label={actor_label} /> },
  { key: 'silence', title: 'silence', cell: ({ on_lapse_label }) => <Silence label={on_lapse_label} /> },
  { key: 'order', title: 'order', cell: ({ of }) => <OrderLink id={of.order_id} /> },
  { key: 'status', title: 'status', cell: ({ of }) => <StatusMarks of={of} /> },
]

/** The most urgent timers of all orders, each with who must act and what happens if nobody does. */
export function Timers() {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const orders = useApi().useQuery('get', '/v1/deadlines', { params: { query: { limit: TIMERS } } }, EVERY_MINUTE)
  // The first ten orders hold the first ten timers: an order stands where its earliest timer is.
  const rows = orders.data?.data
    .flatMap((of) => of.deadlines.map((timer) => ({ ...timer, of })))
    .filter(({ due_at }) => due_at)
    .sort((a, b) => Date.parse(a.due_at ?? '') - Date.parse(b.due_at ?? ''))
    .slice(0, TIMERS)
  return (
    <section>
      <h2>{t('urgent')}</h2>
      <ProblemAlert error={orders.error} onRetry={orders.refetch} />
      {orders.error ? null : (
        <DataTable
          label={t('urgent')}
          columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
          rows={rows}
          rowKey={({ of, kind }) => `${of.order_id} ${kind}`}
          empty={t('noTimers')}
          onOpen={({ of }) => navigate(openOrder(of.order_id))}
        />
      )}
      <p>
        <Link to={{ pathname: '../orders', search: 'sort=deadline_at' }}>{t('everyTimer')}</Link>
      </p>
    </section>
  )
}

function Actor({ code, label }: { code: string; label: string }) {
  return code === 'seller' ? <strong>{label}</strong> : label
}

function Silence({ label }: { label: string | undefined }) {
  const t = useWords(WORDS)
  return label ?? <span className="quiet">{t('nothing')}</span>
}
