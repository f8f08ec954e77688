import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../api/client'
import type { components, paths } from '../../api/types'
import { dayAfter } from '../../parts/fields/days'
import { plus } from './decimal'

type Query = NonNullable<paths['/v1/reports/sales']['get']['parameters']['query']>
type SalesView = components['schemas']['SalesView']
export type SalesRow = components['schemas']['SalesRowView']

export const PARAMETERS = ['group_by', 'by', 'currency', 'from', 'to'] as const
const PAGE = 200
export const MOST_ROWS = 4000

/** All rows of the report. A report by country or product is asked by month, because its rows are added up anyhow. */
export function useSales(asked: Query) {
  const { client } = useApi()
  const query: Query = asked.by && asked.by !== 'total' ? { ...asked, group_by: 'month' } : asked
  return useQuery({
    queryKey: ['sales', query],
    queryFn: async (): Promise<SalesView> => {
      const rows: SalesRow[] = []
      let cursor: string | undefined
      for (;;) {
        const { data } = await client.GET('/v1/reports/sales', { params: { query: { ...query, limit: PAGE, cursor } } })
        if (!data) throw new Error('a report without an answer')
        rows.push(...data.data)
        cursor = data.page.next_cursor ?? undefined
        if (!cursor || rows.length >= MOST_ROWS) return { ...data, data: rows }
      }
    },
  })
}

/** One row for each name and currency, the most sold first; the average of a sum is not the API's, and is left out. */
export function addedUp(rows: SalesRow[]): SalesRow[] {
  const sums = new Map<string, SalesRow>()
  for (const row of rows) {
    const key = `${row.currency} ${nameOf(row)}`
    const { average: _, ...before } = sums.get(key) ?? { ...row }
    sums.set(
      key,
      sums.has(key)
        ? {
            ...before,
            orders: add(before.orders, row.orders),
            pieces: before.pieces + row.pieces,
            paid: add(before.paid, row.paid),
            refunded_pieces: add(before.refunded_pieces, row.refunded_pieces),
            ordered: plus(before.ordered, row.ordered),
            received: plus(before.received, row.received),
            refunded: plus(before.refunded, row.refunded),
            amount: plus(before.amount, row.amount),
          }
        : { ...row },
    )
  }
  return [...sums.values()].sort((one, other) => sold(other) - sold(one))
}

function add(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : one + (other ?? 0)
}

/** What a row is about: a country, a product, or a period. */
export function nameOf(row: SalesRow): string {
  return row.country_label ?? row.product_id ?? row.period
}

/** For drawing and sorting alone. */
export function sold(row: SalesRow): number {
  return Number((row.ordered ?? row.amount)?.amount ?? 0)
}

/** The rows of a plot by day: a day without orders has no row in the report, and is an empty place in the plot. */
export function everyDay(rows: SalesRow[], window: SalesView['window']): { name: string; row?: SalesRow }[] {
  const known = new Map(rows.map((row) => [row.from, row]))
  const days: { name: string; row?: SalesRow }[] = []
  for (let day = window.from; day < window.to; day = dayAfter(day, 1)) days.push({ name: day, row: known.get(day) })
  return days
}
