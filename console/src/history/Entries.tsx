import type { HistoryEntry } from '../api/types'
import { Moment } from '../parts/Moment'
import { useMoment } from '../parts/times'
import { useWords } from '../words/useWords'
import { ChangeLine, usePathName } from './ChangeLine'
import { type Labels, useLabels } from './useLabels'
import { WORDS } from './words'
import './history.css'

const MINUTE = 60_000

/** Entries of a history as sentences: when, who, what, from which status to which, and what changed. */
export function Entries({ entries }: { entries: readonly HistoryEntry[] }) {
  const t = useWords(WORDS)
  const labels = useLabels()
  if (!entries.length) return <p className="quiet">{t('none')}</p>
  return (
    <ol className="entries">
      {entries.map((entry) => (
        <Entry key={entry.seq} entry={entry} labels={labels} />
      ))}
    </ol>
  )
}

function Entry({ entry, labels }: { entry: HistoryEntry; labels: Labels }) {
  const t = useWords(WORDS)
  const format = useMoment()
  const { actor, at, recorded_at, from_label, to_label, reason, skipped, kept, reopened } = entry
  const changes = Object.entries(entry.changes ?? {})
  const who = labels(['actor'], actor.role) ?? actor.role
  const isLate = Date.parse(recorded_at) - Date.parse(at) > MINUTE
  const nameOf = usePathName(labels)
  return (
    <li>
      <p>
        <Moment at={at} /> <span title={actor.id}>{who}</span>: <strong>{entry.action_label}</strong>
        {from_label && from_label !== to_label ? (
          <span className="quiet"> {t('fromTo', { from: from_label, to: to_label })}</span>
        ) : null}
        {isLate ? <small className="quiet"> ({t('reported', { time: format(recorded_at) })})</small> : null}
      </p>
      {reason ? <p>{t('reason', { reason })}</p> : null}
      {skipped?.length ? (
        <p className="quiet">
          {t('skipped', { what: skipped.map((code) => labels(['skipped'], code) ?? code).join(', ') })}
        </p>
      ) : null}
      {kept?.length ? <p className="quiet">{t('kept', { what: kept.map(nameOf).join(', ') })}</p> : null}
      {reopened ? <p>{t('reopened')}</p> : null}
      {changes.length ? (
        <details>
          <summary>{t('changes', { n: changes.length })}</summary>
          <ul>
            {changes.map(([path, change]) => (
              <ChangeLine key={path} path={path} change={change} labels={labels} />
            ))}
          </ul>
        </details>
      ) : null}
    </li>
  )
}
