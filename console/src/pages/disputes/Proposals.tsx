import type { ListedDispute } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Mark } from '../../parts/Mark'
import { Moment } from '../../parts/Moment'
import { useWords } from '../../words/useWords'
import { DISPUTE_WORDS } from './words'
import '../../messages/messages.css'

const SIDES = new Set(['buyer', 'seller', 'platform'])

/** The negotiation as a thread: who proposed what, when, and what became of it. */
export function Proposals({ dispute }: { dispute: ListedDispute }) {
  const t = useWords(DISPUTE_WORDS)
  if (!dispute.proposals.length) return <p className="quiet">{t('noProposals')}</p>
  return (
    <ol className="messages">
      {dispute.proposals.map(({ by, at, solution_label, refund, text, state, state_label }) => (
        <li key={`${by} ${at}`} className={`message from-${by}`}>
          <small className="quiet">
            {SIDES.has(by) ? t(by as 'buyer') : by} · <Moment at={at} />
          </small>
          <p>
            <strong>{solution_label}</strong> <Amount value={refund} />{' '}
            <Mark tone={state === 'open' ? 'soon' : 'calm'}>{state_label}</Mark>
          </p>
          {text ? <p>{text}</p> : null}
        </li>
      ))}
    </ol>
  )
}
