import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useApi } from './client'
import type { Store } from './types'

const MINUTE = 60_000

export function useStore(): Store | undefined {
  return useApi().useQuery('get', '/v1/store', {}, { staleTime: 5 * MINUTE }).data
}

/** The role of the caller in the open store. */
export function useRole(): string | undefined {
  const store = useStore()
  const me = useApi().useQuery('get', '/v1/me', {}, { staleTime: 5 * MINUTE })
  return me.data?.stores.find(({ store_id }) => store_id === store?.store_id)?.role
}

/** Everything that the store's lists and figures show is asked again: a change moves counts, timers and lists. */
export function useRefresh() {
  const cache = useQueryClient()
  return useCallback(() => cache.invalidateQueries(), [cache])
}

interface Counter {
  count: number
  query: string
  label?: string
  /** There are more than `count`. */
  cut_off?: boolean
}

/** Counters by name: a status, an overlay, a fund state, or `total`, `placed_today`, `due_24h`, `overdue`, … */
export function useCounters() {
  const answer = useApi().useQuery('get', '/v1/orders/counters', {}, { refetchInterval: MINUTE })
  const groups = (answer.data ?? {}) as Record<string, Counter | Record<string, Counter>>
  const all: Record<string, Counter> = {}
  for (const [name, entry] of Object.entries(groups)) {
    if (typeof entry !== 'object' || entry === null) continue
    if ('query' in entry) all[name] = entry as Counter
    else Object.assign(all, entry)
  }
  return { ...answer, all, count: (name: string) => all[name]?.count }
}
