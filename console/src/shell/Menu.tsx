import { NavLink } from 'react-router'
import { useStoreId } from '../api/client'
import { useCounters } from '../api/queries'
import { PAGE_NAMES, PAGES } from '../pages'
import { Count } from '../parts/Count'
import { useWords } from '../words/useWords'

export function Menu() {
  const t = useWords(PAGE_NAMES)
  const store = useStoreId()
  const { all } = useCounters()
  return (
    <ul className="menu">
      {PAGES.map(({ path, name, counter }) => (
        <li key={path}>
          <NavLink to={`/stores/${encodeURIComponent(store)}/${path}`}>
            <span>{t(name)}</span>
            {counter ? <Count value={all[counter]?.count} cutOff={all[counter]?.cut_off} /> : null}
          </NavLink>
        </li>
      ))}
    </ul>
  )
}
