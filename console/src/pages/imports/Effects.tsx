import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../api/client'
import type { Import } from '../../api/types'
import { isOpen } from './states'

/** A page of rows, and the most pages that are read to count them. */
const LIMIT = 200
const MOST = 1_000

/** How many rows ship an order wholly, and how many a part of it: the counts of an import do not tell. */
export function Effects({ job }: { job: Import }) {
  const api = useApi()
  const counted = useQuery({
    queryKey: ['effects', job.id, job.state],
    enabled: !isOpen(job) && job.counts.created <= MOST,
    queryFn: async () => {
      const found = new Map<string, number>()
      let cursor: string | undefined
      do {
        const query = { state: 'created' as const, limit: LIMIT, cursor }
        const { data } = await api.client.GET('/v1/imports/{import_id}/rows', {
          params: { path: { import_id: job.id }, query },
        })
        for (const { effect_label = '' } of data?.data ?? [])
          found.set(effect_label, (found.get(effect_label) ?? 0) + 1)
        cursor = data?.page.next_cursor ?? undefined
      } while (cursor)
      return [...found]
    },
  })
  if (!counted.data) return null
  return <p className="quiet">{counted.data.map(([label, n]) => `${label}: ${n}`).join(' · ')}</p>
}
