import type { ListedDispute } from '../../api/types'
import { Countdown } from '../../parts/Countdown'
import { WORDS as PARTS } from '../../parts/words'
import { useWords } from '../../words/useWords'

/** The time left in this stage of a dispute, and what happens without an answer. */
export function RespondBy({ dispute }: { dispute: ListedDispute }) {
  const parts = useWords(PARTS)
  if (!dispute.respond_by) return '–'
  return (
    <div>
      <Countdown to={dispute.respond_by} />
      {dispute.on_silence_label ? (
        <small className="quiet block">{parts('onSilence', { what: dispute.on_silence_label })}</small>
      ) : null}
    </div>
  )
}
