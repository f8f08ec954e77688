import { useEffect, useRef, useState } from 'react'
import { useApi } from '../../../api/client'
import type { ListedOrder } from '../../../api/types'
import type { OrdersQuery } from '../query'
import type { Chosen } from './actions'

const NONE: ReadonlySet<string> = new Set()
const PAGE = 200

/**
 * The orders that are selected, across the pages of one list, each as it was shown last. `gather` pages
 * through the whole list in the background.
 */
export function useSelection(filter: OrdersQuery, rows: readonly ListedOrder[] | undefined) {
  const api = useApi()
  const [selected, select] = useState(NONE)
  const [read, setRead] = useState<number | null>(null)
  const [whole, setWhole] = useState(false)
  const [error, setError] = useState<unknown>()
  const seen = useRef(new Map<string, Chosen>())
  const stopped = useRef(false)
  const see = ({ order_id, version, status }: ListedOrder) => seen.current.set(order_id, { order_id, version, status })
  for (const row of rows ?? []) see(row)
  useEffect(
    () => () => {
      stopped.current = true
    },
    [],
  )

  async function gather() {
    stopped.current = false
    setError(undefined)
    const found = new Set(selected)
    let cursor: string | undefined
    try {
      for (let count = 0; !stopped.current; ) {
        setRead(count)
        const { data } = await api.client.GET('/v1/orders', { params: { query: { ...filter, limit: PAGE, cursor } } })
        for (const row of data?.data ?? []) {
          see(row)
          found.add(row.order_id)
        }
        select(new Set(found))
        count += data?.data.length ?? 0
        cursor = data?.page.next_cursor ?? undefined
        if (!cursor) {
          setWhole(true)
          break
        }
      }
    } catch (failed) {
      setError(failed)
    }
    setRead(null)
  }

  function change(next: ReadonlySet<string>) {
    setWhole(false)
    select(next)
  }

  return {
    selected,
    select: change,
    clear: () => change(NONE),
    /** Whether everything that matches has been selected. */
    whole,
    gather,
    stop: () => {
      stopped.current = true
    },
    /** How many orders have been read while the list is gathered; null at rest. */
    read,
    error,
    chosen: (): Chosen[] => [...selected].flatMap((order_id) => seen.current.get(order_id) ?? []),
  }
}
