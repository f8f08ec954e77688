import { useEffect } from 'react'
import { useApi } from '../api/client'
import { BY_CURSOR } from '../api/pages'

export function useHistory(orderId: string) {
  return useApi().useInfiniteQuery(
    'get',
    '/v1/orders/{order_id}/history',
    { params: { path: { order_id: orderId }, query: { limit: 200 } } },
    BY_CURSOR,
  )
}

/** The same to its last entry, page by page. */
export function useWholeHistory(orderId: string) {
  const history = useHistory(orderId)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = history
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return history
}
