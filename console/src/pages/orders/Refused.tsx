import { Button } from 'antd'
import { Problem } from '../../api/problem'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { useSayFilter } from './filters'
import { type OrdersQuery, useDrop } from './query'
import { WORDS } from './words'

/** Why the API does not answer this query; each parameter that it names can be taken away. */
export function Refused({ error, query, onRetry }: { error: unknown; query: OrdersQuery; onRetry: () => void }) {
  const t = useWords(WORDS)
  const say = useSayFilter()
  const drop = useDrop()
  if (!error) return null
  const problem = error instanceof Problem ? error : null
  const given = query as Record<string, unknown>
  const named = (problem?.body.errors ?? []).map(({ pointer }) => pointer.replace('/query/', ''))
  const names = [...new Set(named)].filter((name) => name in given && name !== 'cursor')
  const pageIsGone = problem?.status === 410 || named.includes('cursor')
  const isRefused = names.length > 0 || pageIsGone
  return (
    <>
      <ProblemAlert error={error} onRetry={isRefused ? undefined : onRetry} />
      {isRefused ? (
        <p className="toolbar offers">
          {pageIsGone ? <Button onClick={() => drop([])}>{t('firstPage')}</Button> : null}
          {names.map((name) => (
            <Button key={name} onClick={() => drop([name])}>
              {t('without', { filter: say(name, String(given[name])) })}
            </Button>
          ))}
        </p>
      ) : null}
    </>
  )
}
