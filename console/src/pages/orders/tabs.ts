import { useCounters } from '../../api/queries'
import type { Tab } from '../../parts/Tabs'

/** Counters that are always a tab, in the order in which sellers know them. */
const ALWAYS = [
  'total',
  'PLACE_ORDER_SUCCESS',
  'WAIT_SELLER_EXAMINE_MONEY',
  'WAIT_SELLER_SEND_GOODS',
  'SELLER_PART_SEND_GOODS',
  'IN_CANCEL',
  'WAIT_BUYER_ACCEPT_GOODS',
  'dispute',
  'frozen',
  'FUND_PROCESSING',
  'awaiting_release',
  'FINISH',
  'unread',
  'refund',
]
/** Counts of a time are links of the to-do page; orders whose funds are not due yet are nearly all. */
const NEVER = ['placed_today', 'due_24h', 'seller_due_24h', 'overdue', 'none']

/** The tabs of the list: those of the table, and every other counter that is not 0. */
export function useOrderTabs(): { always: Tab[]; others: Tab[] } {
  const { all } = useCounters()
  const others = Object.keys(all).filter((name) => !ALWAYS.includes(name) && !NEVER.includes(name) && all[name]?.count)
  const tabsOf = (names: string[]): Tab[] =>
    names.flatMap((name) => {
      const counter = all[name]
      return counter
        ? [{ query: counter.query, label: counter.label ?? name, count: counter.count, cutOff: counter.cut_off }]
        : []
    })
  return { always: tabsOf(ALWAYS), others: tabsOf(others) }
}

/** How many orders a filter has, where a counter counts exactly that. */
export function useCountOf(filter: object): number | undefined {
  const { all } = useCounters()
  const wanted = canonical(Object.entries(filter) as [string, string][])
  const counter = Object.values(all).find(({ query }) => canonical([...new URLSearchParams(query)]) === wanted)
  return counter?.cut_off ? undefined : counter?.count
}

function canonical(pairs: [string, string][]): string {
  return JSON.stringify(pairs.filter(([name]) => name !== 'sort' && name !== 'limit').sort())
}
