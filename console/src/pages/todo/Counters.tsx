import { Link } from 'react-router'
import { useCounters } from '../../api/queries'
import { Count } from '../../parts/Count'
import { useWords } from '../../words/useWords'
import { GROUPS, TONES } from './groups'
import { WORDS } from './words'

export function Counters() {
  const t = useWords(WORDS)
  const { all } = useCounters()
  return GROUPS.map(({ title, counters }) => (
    <section key={title} aria-label={t(title)}>
      <h2>{t(title)}</h2>
      <div className="cards">
        {counters.map((name) => {
          const counter = all[name]
          if (!counter) return null
          return (
            <Link
              key={name}
              className={`card ${counter.count ? (TONES[name] ?? '') : ''}`}
              to={{ pathname: '../orders', search: counter.query }}
            >
              <span>{counter.label ?? name}</span>
              <Count value={counter.count} cutOff={counter.cut_off} />
            </Link>
          )
        })}
      </div>
    </section>
  ))
}
