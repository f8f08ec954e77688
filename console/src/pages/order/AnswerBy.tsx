import type { Refund } from '../../api/types'
import { Countdown } from '../../parts/Countdown'
import { WORDS as PARTS } from '../../parts/words'
import { useWords } from '../../words/useWords'

/** The time left for the seller's answer to a refund, and what happens without one. */
export function AnswerBy({ refund }: { refund: Pick<Refund, 'respond_by' | 'on_silence_label'> }) {
  const parts = useWords(PARTS)
  if (!refund.respond_by) return '–'
  return (
    <div>
      <Countdown to={refund.respond_by} />
      {refund.on_silence_label ? (
        <small className="quiet block">{parts('onSilence', { what: refund.on_silence_label })}</small>
      ) : null}
    </div>
  )
}
