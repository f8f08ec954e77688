import type { Timer } from '../../api/types'
import { Countdown } from '../../parts/Countdown'
import { useMoment } from '../../parts/times'
import { WORDS as PARTS } from '../../parts/words'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

/** Each timer with the time left and what happens on silence; one that is held says since when. */
export function Timers({ timers }: { timers: readonly Timer[] }) {
  const t = useWords(WORDS)
  const parts = useWords(PARTS)
  const format = useMoment()
  if (!timers.length) return <p className="quiet">{t('noTimers')}</p>
  return (
    <ul className="timers">
      {timers.map(({ kind, kind_label, due_at, held_since, on_lapse_label }) => (
        <li key={kind}>
          <span>{kind_label}</span>{' '}
          {due_at ? (
            <Countdown to={due_at} />
          ) : (
            <span className="quiet">{held_since ? t('heldSince', { time: format(held_since) }) : parts('held')}</span>
          )}{' '}
          <small className="quiet">
            {on_lapse_label ? parts('onSilence', { what: on_lapse_label }) : t('nothingByItself')}
          </small>
        </li>
      ))}
    </ul>
  )
}
