import { Link } from 'react-router'
import { useApi } from '../../api/client'
import type { components } from '../../api/types'
import type { Column } from '../../parts/DataTable'
import { Loading } from '../../parts/Loading'
import { Mark } from '../../parts/Mark'
import { Moment } from '../../parts/Moment'
import { OrderLink } from '../../parts/OrderLink'
import { PagedTable } from '../../parts/PagedTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Share } from '../../parts/Share'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { type FigureColumn, FigureTable } from './FigureTable'
import { Plot } from './Plot'
import { WORDS } from './words'

type Level = components['schemas']['ServiceWindowView']
type Measure = components['schemas']['MeasureView']
type Violation = components['schemas']['ListedViolationView']

/** The platform's measures over its own windows, and the orders that are a violation. */
export function ServiceLevel() {
  const t = useWords(WORDS)
  const report = useApi().useQuery('get', '/v1/reports/service-level')
  return (
    <>
      <ProblemAlert error={report.error} onRetry={report.refetch} />
      {report.data ? <Measures levels={report.data.data} /> : report.error ? null : <Loading />}
      <h2>{t('violations')}</h2>
      <Violations />
    </>
  )
}

function Measures({ levels }: { levels: Level[] }) {
  const t = useWords(WORDS)
  const measures = levels[0]?.measures ?? []
  const within = (days: number, code: string) =>
    levels.find((level) => level.days === days)?.measures.find(({ measure }) => measure === code)
  const columns: FigureColumn<Measure>[] = [
    { key: 'measure', title: t('measure'), text: ({ measure_label }) => measure_label },
    ...levels.flatMap(({ days }): FigureColumn<Measure>[] => [
      {
        key: `rate ${days}`,
        title: `${t('days', { n: days })} · ${t('rate')}`,
        align: 'right',
        text: ({ measure }) => within(days, measure)?.rate ?? '',
        cell: ({ measure }) => <Rate of={within(days, measure)} />,
      },
      {
        key: `of ${days}`,
        title: `${t('days', { n: days })} · ${t('orders')}`,
        align: 'right',
        text: ({ measure }) => {
          const share = within(days, measure)
          return share && t('of', { part: share.numerator, all: share.denominator })
        },
      },
    ]),
    {
      key: 'limit',
      title: t('limit'),
      align: 'right',
      text: ({ limit }) => limit ?? '',
      cell: (each) => <Limit of={each} />,
    },
    { key: 'counts', title: t('counts'), text: ({ counts }) => counts },
  ]
  return (
    <>
      <div className="plots">
        {measures.map(({ measure, measure_label, limit }) => (
          <Plot
            key={measure}
            caption={measure_label}
            limit={limit ?? undefined}
            percent
            horizontal
            series={[{ key: 'rate', label: t('rate') }]}
            bars={levels.map(({ days }) => ({
              name: t('days', { n: days }),
              rate: within(days, measure)?.rate ?? 0,
            }))}
          />
        ))}
      </div>
      <FigureTable label={t('service')} columns={columns} rows={measures} rowKey={({ measure }) => measure} />
      {measures.some(({ limit }) => limit !== null) ? null : (
        <p className="quiet">
          {t('noLimits')} <Link to="../settings">{t('setLimits')}</Link>
        </p>
      )}
    </>
  )
}

/** A rate, and in words whether it breaks the limit: colour alone would not say so to everybody. */
function Rate({ of: measure }: { of: Measure | undefined }) {
  const t = useWords(WORDS)
  return (
    <span>
      <Share value={measure?.rate} /> {measure?.breaks_limit ? <Mark tone="late">{t('breaks')}</Mark> : null}
    </span>
  )
}

function Limit({ of: { limit, more_is_better } }: { of: Measure }) {
  const t = useWords(WORDS)
  if (limit === null) return '–'
  return (
    <span>
      {t(more_is_better ? 'least' : 'most')} <Share value={limit} />
    </span>
  )
}

const COLUMNS: (Omit<Column<Violation>, 'title'> & { title: keyof typeof WORDS })[] = [
  { key: 'at', title: 'at', cell: ({ at }) => <Moment at={at} /> },
  { key: 'order', title: 'order', cell: ({ order_id }) => <OrderLink id={order_id} /> },
  { key: 'kind', title: 'kind', cell: ({ kind_label }) => kind_label },
]
const CURSOR = ['cursor'] as const

function Violations() {
  const t = useWords(WORDS)
  const query = useQueryOf<{ cursor?: string }>(CURSOR)
  const violations = useApi().useQuery('get', '/v1/reports/violations', { params: { query } })
  return (
    <PagedTable
      label={t('violations')}
      columns={COLUMNS}
      t={t}
      list={violations}
      rowKey={({ order_id, at }) => `${order_id} ${at}`}
      empty={t('noViolations')}
    />
  )
}
