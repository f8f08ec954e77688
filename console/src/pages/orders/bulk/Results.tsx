import { Mark } from '../../../parts/Mark'
import { PlainTable } from '../../../parts/PlainTable'
import { useWords } from '../../../words/useWords'
import { OrderLink } from '../../order/OrderLink'
import type { Result } from './useBulkRun'
import { WORDS } from './words'

const SHOWN = 200
const ORDER = ['failed', 'not_attempted', 'succeeded']

/** What happened, or would happen, to each order; failures first. */
export function Results({ results, dryRun }: { results: readonly Result[]; dryRun: boolean }) {
  const t = useWords(WORDS)
  if (!results.length) return null
  const sorted = [...results].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
  return (
    <>
      <PlainTable
        label={t('results')}
        columns={[
          {
            key: 'order',
            title: t('order'),
            cell: ({ order_id }) => <OrderLink id={order_id} />,
          },
          { key: 'result', title: t('result'), cell: (result) => <Outcome of={result} dryRun={dryRun} /> },
        ]}
        rows={sorted.slice(0, SHOWN)}
        rowKey={({ order_id }) => order_id}
      />
      {sorted.length > SHOWN ? <p className="quiet">{t('moreRows', { n: sorted.length - SHOWN })}</p> : null}
    </>
  )
}

function Outcome({ of: { status, problem, warnings }, dryRun }: { of: Result; dryRun: boolean }) {
  const t = useWords(WORDS)
  const tone = ({ succeeded: 'calm', failed: 'late' } as const)[status] ?? 'soon'
  const word = status === 'succeeded' && dryRun ? 'wouldSucceed' : (status as 'succeeded')
  return (
    <span>
      <Mark tone={tone}>{t(word)}</Mark> {problem?.detail}
      {warnings?.map(({ code, message }) => (
        <small key={code + message} className="block quiet">
          {message}
        </small>
      ))}
    </span>
  )
}
