import { useApi } from '../../api/client'
import type { components, paths } from '../../api/types'
import { type Column, DataTable } from '../../parts/DataTable'
import { AddressFilters } from '../../parts/fields/AddressFilters'
import { Loading } from '../../parts/Loading'
import { Moment } from '../../parts/Moment'
import { OrderLink } from '../../parts/OrderLink'
import { Pager } from '../../parts/Pager'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Share } from '../../parts/Share'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { FigureTable } from './FigureTable'
import { Plot } from './Plot'
import { WORDS } from './words'

type Report = components['schemas']['PaymentRemindersView']
type Reminder = components['schemas']['ReminderView']
type Query = NonNullable<paths['/v1/reports/payment-reminders']['get']['parameters']['query']>

const PARAMETERS = ['from', 'to', 'cursor'] as const
const FIGURES: { name: keyof typeof WORDS; value: (report: Report) => number }[] = [
  { name: 'reminded', value: ({ reminded }) => reminded },
  { name: 'byRule', value: ({ by_rule }) => by_rule },
  { name: 'paidAfter', value: ({ paid }) => paid },
  { name: 'passedOver', value: ({ passed_over }) => passed_over },
]

/** How many orders were reminded, and how many of them were paid. */
export function Reminders() {
  const t = useWords(WORDS)
  const query = useQueryOf<Query>(PARAMETERS)
  const answer = useApi().useQuery('get', '/v1/reports/payment-reminders', { params: { query } })
  const report = answer.data
  return (
    <>
      <AddressFilters
        filters={[
          { name: 'from', label: t('from'), kind: 'day' },
          { name: 'to', label: t('to'), kind: 'day', last: true },
        ]}
      />
      <ProblemAlert error={answer.error} onRetry={answer.refetch} />
      {report ? <Figures report={report} /> : answer.error ? null : <Loading />}
    </>
  )
}

function Figures({ report }: { report: Report }) {
  const t = useWords(WORDS)
  const columns: (Omit<Column<Reminder>, 'title'> & { title: keyof typeof WORDS })[] = [
    { key: 'order', title: 'order', cell: ({ order_id }) => <OrderLink id={order_id} /> },
    { key: 'at', title: 'remindedAt', cell: ({ reminded_at }) => <Moment at={reminded_at} /> },
    { key: 'by', title: 'remindedBy', cell: ({ by }) => (by === 'hand' || by === 'rule' ? t(by) : by) },
    { key: 'paid', title: 'paidAt', cell: ({ paid_at }) => <Moment at={paid_at} /> },
  ]
  return (
    <>
      <Plot
        caption={t('figures')}
        horizontal
        series={[{ key: 'count', label: t('orderCount') }]}
        bars={FIGURES.map(({ name, value }) => ({ name: t(name), count: value(report) }))}
      />
      <FigureTable
        label={t('figures')}
        columns={[
          { key: 'name', title: t('measure'), text: ({ name }) => t(name) },
          { key: 'count', title: t('orderCount'), align: 'right', text: ({ value }) => value(report) },
        ]}
        rows={FIGURES}
        rowKey={({ name }) => name}
      />
      <p>
        {t('paidShare')}: <Share value={report.paid_share} />
      </p>
      <DataTable
        label={t('reminders')}
        columns={columns.map((column) => ({ ...column, title: t(column.title) }))}
        rows={report.data}
        rowKey={({ order_id, reminded_at }) => `${order_id} ${reminded_at}`}
        empty={t('noReminders')}
      />
      <Pager page={report.page} shown={report.data.length} />
    </>
  )
}
