import { useQueries } from '@tanstack/react-query'
import type { Tab } from '../parts/Tabs'
import { useApi, useStoreId } from './client'

const MOST = 200
const MINUTE = 60_000
type Counted = '/v1/disputes' | '/v1/refunds'
type TabCount = Pick<Tab, 'count' | 'cutOff'>

/**
 * How many entries each of these tabs has, counted off the list itself, because the API has no counter of them. `cutOff`:
 * the tab has more than a page of the list.
 */
export function useTabCounts(path: Counted, parameter: string, values: readonly string[]): Record<string, TabCount> {
  const { client } = useApi()
  const store = useStoreId()
  const counts = useQueries({
    queries: values.map((value) => ({
      queryKey: ['tab-count', store, path, value],
      staleTime: MINUTE,
      queryFn: async (): Promise<TabCount> => {
        const { data } = await client.GET(path, { params: { query: { [parameter]: value, limit: MOST } } })
        return { count: data?.data.length, cutOff: Boolean(data?.page.next_cursor) }
      },
    })),
  })
  return Object.fromEntries(values.map((value, index) => [value, counts[index]?.data ?? {}]))
}
