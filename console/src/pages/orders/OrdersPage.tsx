import { useSearchParams } from 'react-router'
import { useCounters, useRole } from '../../api/queries'
import { AsOf } from '../../parts/AsOf'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { ExportButton } from './ExportButton'
import { FilterBar, FilterChips, SortChoice } from './FilterBar'
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
  const isSeller = ['owner', 'staff'].includes(useRole() ?? '')
  const counters = useCounters()
  return (
    <div className="orders">
      <div className="toolbar">
        <h1>{t('title')}</h1>
        <AsOf at={counters.data?.as_of} />
      </div>
      <Tabs label={t('tabs')} tabs={always} among={among} />
      <div className="folds">
        <details className="more-tabs">
          <summary>{t('moreTabs')}</summary>
          <Tabs label={t('moreTabs')} tabs={others} among={among} />
        </details>
        {q ? null : <FilterBar filter={filter} />}
      </div>
      {q ? (
        <SearchResults key={q} q={q} />
      ) : (
        <>
          <div className="toolbar">
            <FilterChips filter={filter} />
            <SortChoice />
            {isSeller ? <ExportButton /> : null}
          </div>
          <OrderList key={filterKey} query={query} filter={filter} isSeller={isSeller} />
        </>
      )}
    </div>
  )
}
