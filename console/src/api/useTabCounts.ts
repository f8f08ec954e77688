import { useQueries } from '@tanstack/react-query'
import { useApi, useStoreId } from './client'

const MOST = 200
const MINUTE = 60_000
type Counted = '/v1/disputes' | '/v1/refunds'

/**
 * How many entries each of these tabs has, counted off the list itself, because the API has no counter of them. A tab
 * with more than a page of the list has no count: it would not be exact.
 */
export function useTabCounts(path: Counted, parameter: string, values: readonly string[]): Record<string, number> {
  const { client } = useApi()
  const store = useStoreId()
  const counts = useQueries({
    queries: values.map((value) => ({
      queryKey: ['tab-count', store, path, value],
      staleTime: MINUTE,
      queryFn: async () => {
        const answer = await client.GET(path, { params: { query: { [parameter]: value, limit: MOST } } })
        return answer.data?.page.next_cursor ? null : (answer.data?.data.length ?? null)
      },
    })),
  })
  return Object.fromEntries(
    values.flatMap((value, index) => {
      const count = counts[index]?.data
      return typeof count === 'number' ? [[value, count]] : []
    }),
  )
}
