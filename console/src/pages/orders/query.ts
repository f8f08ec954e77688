import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { paths } from '../../api/types'
import { useAddressChange } from '../../parts/useAddressChange'

export type OrdersQuery = NonNullable<paths['/v1/orders']['get']['parameters']['query']>

/** What of the address concerns the page and not the list. */
const OF_THE_PAGE = ['order', 'action', 'customer', 'q']

/**
 * The list's query is the address itself: a filter that the API does not know is sent, too, so that the API says so
 * instead of answering with everything. `filter` is the query without the page of the list.
 */
export function useOrdersQuery(): { query: OrdersQuery; filter: OrdersQuery; filterKey: string } {
  const [search] = useSearchParams()
  const pairs = [...search].filter(([name]) => !OF_THE_PAGE.includes(name))
  const text = String(new URLSearchParams(pairs))
  return useMemo(() => {
    const query = Object.fromEntries(new URLSearchParams(text)) as OrdersQuery
    const { cursor: _, ...filter } = query
    return { query, filter, filterKey: JSON.stringify(filter) }
  }, [text])
}

/** A function that takes parameters out of the address, and the list back to its first page. */
export function useDrop() {
  const changeAddress = useAddressChange()
  return (names: readonly string[]) =>
    changeAddress((next) => {
      for (const name of ['cursor', ...names]) next.delete(name)
    })
}
