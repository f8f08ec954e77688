import { useState } from 'react'
import { useApi } from '../../api/client'
import { useCounters } from '../../api/queries'
import type { ListedOrder, paths } from '../../api/types'
import { dayAfter, dayIn, startOf } from '../../parts/fields/days'
import { useZone } from '../../parts/times'
import type { WORDS } from './words'

export type Query = NonNullable<paths['/v1/orders']['get']['parameters']['query']>
export type ListName = 'all' | 'today' | 'overdue' | 'partial' | 'held'

const WAITS = 'WAIT_SELLER_SEND_GOODS'
const PARTLY = 'SELLER_PART_SEND_GOODS'
const BOTH = `${WAITS},${PARTLY}`

interface List {
  query: (now: string, zone: string) => Query
  empty: keyof typeof WORDS
  /** Where a query answers more than belongs to the list. */
  has?: (order: ListedOrder) => boolean
}

/** An order that is frozen has no due time, so that lists by time leave it out. */
export const LISTS: Record<ListName, List> = {
  all: { query: () => ({ status: BOTH, sort: 'deadline_at' }), empty: 'noneToShip' },
  today: {
    query: (now, zone) => {
      const day = dayIn(now, zone)
      const tomorrow = startOf(dayAfter(day, 1), zone)
      return { status: BOTH, sort: 'deadline_at', due_from: startOf(day, zone), due_to: tomorrow }
    },
    empty: 'noneToday',
  },
  overdue: { query: (now) => ({ status: BOTH, sort: 'deadline_at', due_to: now }), empty: 'noneOverdue' },
  partial: { query: () => ({ status: PARTLY, sort: 'placed_at' }), empty: 'nonePartial' },
  held: {
    query: () => ({ overlay: 'frozen', sort: 'placed_at', limit: 200 }),
    empty: 'noneHeld',
    has: ({ status }) => status === WAITS || status === PARTLY,
  },
}

/** The query of a list. The time at which the page was opened stays, so that the pages of a list belong together. */
export function useListQuery(list: ListName): Query {
  const [now] = useState(() => new Date().toISOString())
  return LISTS[list].query(now, useZone())
}

/** The counts of the tabs, by the name of the tab. */
export function useCounts(): Record<string, number | undefined> {
  const api = useApi()
  const { count } = useCounters()
  const toShip = useShipmentList()?.orders
  const today = api.useQuery('get', '/v1/orders', { params: { query: { ...useListQuery('today'), limit: 200 } } })
  const overdue = api.useQuery('get', '/v1/orders', { params: { query: { ...useListQuery('overdue'), limit: 200 } } })
  const whole = (list: typeof today) => (list.data && !list.data.page.next_cursor ? list.data.data.length : undefined)
  const waiting = count(WAITS)
  const partly = count(PARTLY)
  const known = waiting !== undefined && partly !== undefined && toShip !== undefined
  return {
    all: toShip,
    today: whole(today),
    overdue: whole(overdue),
    partial: partly,
    held: known ? Math.max(0, waiting + partly - toShip) : undefined,
  }
}

export function useShipmentList() {
  return useApi().useQuery('get', '/v1/shipment-list').data
}
