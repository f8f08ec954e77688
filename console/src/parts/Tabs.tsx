import { Link, useSearchParams } from 'react-router'
import { Count } from './Count'

export interface Tab {
  /** What the list is asked with, such as `status=WAIT_SELLER_SEND_GOODS`; empty for everything. */
  query: string
  label: string
  count?: number
  /** There are more than `count`. */
  cutOff?: boolean
}

/**
 * Tabs are links: each has its address. The current one is that whose query is part of the address. `among` names further
 * parameters that make another list of it than that of any tab.
 */
export function Tabs({ label, tabs, among = [] }: { label: string; tabs: Tab[]; among?: readonly string[] }) {
  const [search] = useSearchParams()
  const names = new Set([...among, ...tabs.flatMap(({ query }) => [...new URLSearchParams(query).keys()])])
  const asked = [...search].filter(([name]) => names.has(name))
  function isCurrent(query: string): boolean {
    const wanted = [...new URLSearchParams(query)]
    return wanted.length === asked.length && wanted.every(([name, value]) => search.get(name) === value)
  }
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ query, label: name, count, cutOff }) => (
        <Link key={query} to={{ search: query }} aria-current={isCurrent(query) ? 'page' : undefined}>
          {name} <Count value={count} cutOff={cutOff} />
        </Link>
      ))}
    </nav>
  )
}
