import { useSearchParams } from 'react-router'
import { AddressFilters } from '../../parts/fields/AddressFilters'
import { useAddressChange } from '../../parts/useAddressChange'
import { useWords } from '../../words/useWords'
import { SORTS, useFilters, useSayFilter } from './filters'
import type { OrdersQuery } from './query'
import { useDrop } from './query'
import { WORDS } from './words'

/** The filters that are set, as chips that take them away; all filters, folded; and the order of the list. */
export function FilterBar({ filter }: { filter: OrdersQuery }) {
  const t = useWords(WORDS)
  const filters = useFilters()
  return (
    <details className="filter-box">
      <summary>
        {t('filters')}
        {Object.keys(filter).length ? '' : ` – ${t('noFilter')}`}
      </summary>
      <AddressFilters filters={filters} />
    </details>
  )
}

export function FilterChips({ filter }: { filter: OrdersQuery }) {
  const t = useWords(WORDS)
  const say = useSayFilter()
  const drop = useDrop()
  const set = Object.entries(filter).filter(([name]) => name !== 'sort' && name !== 'limit')
  if (!set.length) return null
  return (
    <ul className="chips" aria-label={t('filtersSet')}>
      {set.map(([name, value]) => (
        <li key={name}>
          <button type="button" className="chip" title={t('removeFilter')} onClick={() => drop([name])}>
            {say(name, String(value))} <span aria-hidden>×</span>
            <span className="hidden">{t('removeFilter')}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

export function SortChoice() {
  const t = useWords(WORDS)
  const [search] = useSearchParams()
  const changeAddress = useAddressChange()
  return (
    <label className="sort-choice">
      <span className="quiet">{t('sort')}</span>
      <select
        className="control"
        value={search.get('sort') ?? '-placed_at'}
        onChange={(event) =>
          changeAddress((next) => {
            next.delete('cursor')
            next.set('sort', event.target.value)
          })
        }
      >
        {Object.entries(SORTS).map(([code, word]) => (
          <option key={code} value={code}>
            {t(word)}
          </option>
        ))}
      </select>
    </label>
  )
}
