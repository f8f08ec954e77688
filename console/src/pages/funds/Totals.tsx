import { Link } from 'react-router'
import type { components } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

type Currency = components['schemas']['CurrencyView']

/** The address of the list behind a total, from the API's own query such as `/v1/funds/held?kind=…&currency=…`. */
function listOf(query: string): { search: string } {
  const url = new URL(query, location.origin)
  const list = url.pathname.split('/').at(-1) ?? ''
  return { search: `?${new URLSearchParams([['list', list], ...url.searchParams])}` }
}

/** What is held and what has moved in one currency. Each amount leads to the entries that it is made of. */
export function Totals({ of }: { of: Currency }) {
  const t = useWords(WORDS)
  return (
    <section className="card totals" aria-label={t('totalsOf', { currency: of.currency })}>
      <h2>{of.currency}</h2>
      <div className="sides">
        {(['held', 'moved'] as const).map((side) => (
          <div key={side}>
            <h3>{t(side)}</h3>
            <ul>
              {Object.entries(of[side]).map(([name, { amount, label, query }]) => (
                <li key={name}>
                  <Link to={listOf(query)}>
                    <span>{label}</span>
                    <Amount value={amount} />
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  )
}
