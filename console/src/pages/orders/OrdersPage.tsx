import { useSearchParams } from 'react-router'
import { useCounters } from '../../api/queries'
import { AsOf } from '../../parts/AsOf'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { useFilters } from './filters'
import { OrderList } from './OrderList'
import { useOrdersQuery } from './query'
import { SearchResults } from './SearchResults'
import { useOrderTabs } from './tabs'
import { WORDS } from './words'
import './orders.css'

export default function OrdersPage() {
  const t = useWords(WORDS)
  const [search] = useSearchParams()
  const q = search.get('q')
  const { query, filter, filterKey } = useOrdersQuery()
  const among = [...useFilters().map(({ name }) => name), 'q']
  const { always, others } = useOrderTabs()
  const counters = useCounters()
  return (
    <div className="orders">
      <div className="toolbar">
        <h1>{t('title')}</h1>
        <AsOf at={counters.data?.as_of} />
      </div>
      <Tabs label={t('tabs')} tabs={always} among={among} />
      <details className="more-tabs">
        <summary>{t('moreTabs')}</summary>
        <Tabs label={t('moreTabs')} tabs={others} among={among} />
      </details>
      {q ? <SearchResults key={q} q={q} /> : <OrderList key={filterKey} query={query} filter={filter} />}
    </div>
  )
}
