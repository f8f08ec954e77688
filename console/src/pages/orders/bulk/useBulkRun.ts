import { useEffect, useRef, useState } from 'react'
import { type Api, useApi } from '../../../api/client'
import { useCodeParts } from '../../../api/codes'
import { Problem } from '../../../api/problem'
import type { components } from '../../../api/types'
import { useOnce } from '../../../api/useOnce'
import type { BulkName, Item } from './actions'

export type Result = components['schemas']['ItemResult']

/** Orders in one request: fewer than the API takes, so that a request ends well within its 20 seconds. */
const BATCH = 100
const ATTEMPTS = 3

interface Run {
  items: readonly Item[]
  /** The results of the first items; an item without one was not sent. */
  results: readonly Result[]
  running: boolean
  error?: unknown
}

/**
 * Sends items in requests of BATCH, one after the other. After a fault, and after `stop`, `resume` goes on at the request
 * that did not come through: it is the same request, with the same idempotency key.
 */
export function useBulkRun(action: BulkName, dryRun: boolean) {
  const api = useApi()
  const most = useCodeParts('limits').limits?.bulk_items ?? BATCH
  const [run, setRun] = useState<Run | null>(null)
  const stopped = useRef(false)
  useEffect(
    () => () => {
      stopped.current = true
    },
    [],
  )

  const go = useOnce(async (items: readonly Item[], before: readonly Result[] = []) => {
    stopped.current = false
    let results = [...before]
    let error: unknown
    while (results.length < items.length && !stopped.current && !error) {
      setRun({ items, results, running: true })
      try {
        const batch = items.slice(results.length, results.length + Math.min(BATCH, most))
        results = [...results, ...(await send(api, action, batch, dryRun))]
      } catch (failed) {
        error = failed
      }
    }
    setRun({ items, results, running: false, error })
    return results
  })

  return {
    run,
    start: (items: readonly Item[]) => go(items),
    resume: () => (run ? go(run.items, run.results) : undefined),
    /** Sends again what the API did not come to within its time. */
    rest: () => {
      if (!run) return undefined
      const open = new Set(run.results.filter(({ status }) => status === 'not_attempted').map((each) => each.order_id))
      const done = run.results.filter(({ order_id }) => !open.has(order_id))
      const ids = new Set(done.map(({ order_id }) => order_id))
      return go(
        [...run.items].sort((a, b) => Number(ids.has(b.order_id)) - Number(ids.has(a.order_id))),
        done,
      )
    },
    stop: () => {
      stopped.current = true
    },
    reset: () => setRun(null),
  }
}

async function send(api: Api, action: BulkName, items: readonly Item[], dryRun: boolean): Promise<Result[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      // Every action has its own path and items in the contract; the table of actions is checked against them.
      const { data } = await api.client.POST(`/v1/bulk/${action}` as '/v1/bulk/accept_cancellation', {
        body: { items: [...items], dry_run: dryRun },
      })
      return data?.results ?? []
    } catch (failed) {
      if (!(failed instanceof Problem) || !failed.isTemporary || attempt === ATTEMPTS) throw failed
      await new Promise((resolve) => setTimeout(resolve, (failed.retryAfter ?? attempt) * 1000))
    }
  }
}
