import { useStore } from '../../api/queries'
import type { Money } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { AddressFilters, type Filter } from '../../parts/fields/AddressFilters'
import { dayAfter } from '../../parts/fields/days'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useMoment } from '../../parts/times'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { type FigureColumn, FigureTable } from './FigureTable'
import { Plot } from './Plot'
import { addedUp, everyDay, MOST_ROWS, nameOf, PARAMETERS, type SalesRow, useSales } from './sales'
import { WORDS } from './words'

type Word = keyof typeof WORDS
type By = 'total' | 'country' | 'product'

const SERIES: Record<By, ('ordered' | 'received' | 'refunded' | 'amount')[]> = {
  total: ['ordered', 'received', 'refunded'],
  country: ['ordered', 'received', 'refunded'],
  product: ['amount'],
}
const COLUMNS: Record<By, ('orders' | 'paid' | 'pieces' | 'refundedPieces' | keyof typeof AMOUNTS)[]> = {
  total: ['orders', 'pieces', 'ordered', 'paid', 'received', 'average', 'refunded'],
  country: ['orders', 'pieces', 'ordered', 'paid', 'received', 'refunded'],
  product: ['pieces', 'amount', 'refundedPieces'],
}
const COUNTS: Record<string, (row: SalesRow) => number | undefined> = {
  orders: ({ orders }) => orders,
  paid: ({ paid }) => paid,
  pieces: ({ pieces }) => pieces,
  refundedPieces: ({ refunded_pieces }) => refunded_pieces,
}
const AMOUNTS = {
  ordered: ({ ordered }: SalesRow) => ordered,
  received: ({ received }: SalesRow) => received,
  refunded: ({ refunded }: SalesRow) => refunded,
  average: ({ average }: SalesRow) => average,
  amount: ({ amount }: SalesRow) => amount,
} satisfies Record<string, (row: SalesRow) => Money | undefined>
const MOST_BARS = 15

export function Sales() {
  const t = useWords(WORDS)
  const moment = useMoment()
  const query = useQueryOf<Parameters<typeof useSales>[0]>(PARAMETERS)
  const by: By = query.by ?? 'total'
  const sales = useSales(query)
  const report = sales.data
  const currencies = [...new Set(report?.data.map(({ currency }) => currency))]
  return (
    <>
      <AddressFilters filters={useFilters(by, [...currencies, query.currency])} />
      <ProblemAlert error={sales.error} onRetry={sales.refetch} />
      {sales.isLoading ? <Loading /> : null}
      {report ? (
        <>
          <p className="quiet">
            {t('zone', {
              zone: report.time_zone,
              from: report.window.from,
              to: dayAfter(report.window.to, -1),
              time: moment(report.as_of),
            })}
            {report.data.length >= MOST_ROWS ? ` ${t('partly', { n: report.data.length })}` : ''}
          </p>
          {currencies.map((currency) => (
            <SalesIn
              key={currency}
              currency={currency}
              by={by}
              window={query.group_by && query.group_by !== 'day' ? undefined : report.window}
              rows={report.data.filter((row) => row.currency === currency)}
            />
          ))}
          {currencies.length ? null : <p className="empty">{t('noSales')}</p>}
        </>
      ) : null}
    </>
  )
}

function useFilters(by: By, known: (string | undefined)[]): Filter[] {
  const t = useWords(WORDS)
  const own = useStore()?.currency
  const choice = (codes: Word[]) => codes.map((code) => ({ code, label: t(code) }))
  const period: Filter = {
    name: 'group_by',
    label: t('groupBy'),
    kind: 'choice',
    options: choice(['week', 'month']),
    unchosen: t('day'),
  }
  return [
    {
      name: 'by',
      label: t('by'),
      kind: 'choice',
      options: choice(['country', 'product']),
      unchosen: t('total'),
      instead: ['group_by'],
    },
    ...(by === 'total' ? [period] : []),
    { name: 'from', label: t('from'), kind: 'day' },
    { name: 'to', label: t('to'), kind: 'day', last: true },
    {
      name: 'currency',
      label: t('currency'),
      kind: 'choice',
      unchosen: t('all'),
      options: [...new Set([own, ...known])].flatMap((code) => (code ? [{ code, label: code }] : [])),
    },
  ]
}

function SalesIn({
  currency,
  by,
  window,
  rows,
}: {
  currency: string
  by: By
  window: { from: string; to: string } | undefined
  rows: SalesRow[]
}) {
  const t = useWords(WORDS)
  const caption = t('salesIn', { currency })
  const figures = by === 'total' ? rows : addedUp(rows)
  const drawn =
    by === 'total' && window
      ? everyDay(rows, window)
      : figures.slice(0, by === 'total' ? undefined : MOST_BARS).map((row) => ({ name: nameOf(row), row }))
  const columns: FigureColumn<SalesRow>[] = [
    { key: 'name', title: t(by), text: nameOf },
    ...COLUMNS[by].map((name): FigureColumn<SalesRow> => {
      if (!(name in AMOUNTS)) return { key: name, title: t(name), align: 'right', text: (row) => COUNTS[name]?.(row) }
      const amount = AMOUNTS[name as keyof typeof AMOUNTS]
      return {
        key: name,
        title: t(name),
        align: 'right',
        text: (row) => amount(row)?.amount,
        cell: (row) => <Amount value={amount(row)} />,
      }
    }),
  ]
  return (
    <section aria-label={caption}>
      <Plot
        caption={caption}
        horizontal={by !== 'total'}
        series={SERIES[by].map((key) => ({ key, label: t(key) }))}
        bars={drawn.map(({ name, row }) => ({
          name,
          ...Object.fromEntries(SERIES[by].map((key) => [key, Number((row && AMOUNTS[key](row)?.amount) ?? 0)])),
        }))}
      />
      {by !== 'total' && figures.length > drawn.length ? (
        <p className="quiet">{t('first', { n: drawn.length, all: figures.length })}</p>
      ) : null}
      <FigureTable label={caption} columns={columns} rows={figures} rowKey={nameOf} />
    </section>
  )
}
