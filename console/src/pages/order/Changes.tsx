import { useApi } from '../../api/client'
import type { Order } from '../../api/types'
import { Entries } from '../../history/Entries'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { labelsOf } from './labels'

/** What happened to the order after a version: what somebody else did while a person typed. */
export function Changes({ order, since }: { order: Order; since: number }) {
  const history = useApi().useQuery(
    'get',
    '/v1/orders/{order_id}/history',
    {
      params: { path: { order_id: order.order_id }, query: { limit: 200 } },
    },
    { staleTime: 0, refetchOnMount: 'always' },
  )
  if (!history.data)
    return history.error ? <ProblemAlert error={history.error} onRetry={history.refetch} /> : <Loading />
  return <Entries entries={history.data.data.filter(({ seq }) => seq > since)} labels={labelsOf(order)} />
}
