import { useCounters } from '../../api/queries'
import { AsOf } from '../../parts/AsOf'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { Alerts } from './Alerts'
import { Counters } from './Counters'
import { Faults } from './Faults'
import { Timers } from './Timers'
import { WORDS } from './words'
import './todo.css'

/** What waits for a person, read anew every minute. */
export default function TodoPage() {
  const t = useWords(WORDS)
  const counters = useCounters()
  return (
    <div className="todo">
      <div className="toolbar">
        <h1>{t('title')}</h1>
        <AsOf at={counters.data?.as_of} />
      </div>
      <ProblemAlert error={counters.error} onRetry={counters.refetch} />
      <div className="todo-columns">
        <div>
          <Counters />
          <Timers />
        </div>
        <div>
          <Alerts />
          <Faults />
        </div>
      </div>
    </div>
  )
}
