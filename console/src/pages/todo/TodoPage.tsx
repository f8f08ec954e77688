import { Link } from 'react-router'
import { useCounters } from '../../api/queries'
import { Count } from '../../parts/Count'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

export default function TodoPage() {
  const t = useWords(WORDS)
  const counters = useCounters()
  return (
    <>
      <h1>{t('title')}</h1>
      <div className="cards">
        {Object.entries(counters.all).map(([name, { count, query, label }]) => (
          <Link key={name} className="card" to={`../orders?${query}`}>
            <span>{label ?? name}</span>
            <Count value={count} />
          </Link>
        ))}
      </div>
    </>
  )
}
