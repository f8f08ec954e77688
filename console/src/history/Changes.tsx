import { useEffect } from 'react'
import { Loading } from '../parts/Loading'
import { ProblemAlert } from '../parts/ProblemAlert'
import { Entries } from './Entries'
import { useWholeHistory } from './useHistory'

/** What happened to the order after a version: what somebody else did while a person typed. */
export function Changes({ orderId, since }: { orderId: string; since: number }) {
  const history = useWholeHistory(orderId)
  const { refetch } = history
  useEffect(() => void refetch(), [refetch])
  if (!history.data) return history.error ? <ProblemAlert error={history.error} onRetry={refetch} /> : <Loading />
  const later = history.data.pages.flatMap(({ data }) => data).filter(({ seq }) => seq > since)
  return <Entries entries={later} />
}
