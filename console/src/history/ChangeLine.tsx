import type { ReactNode } from 'react'
import type { HistoryEntry, Money } from '../api/types'
import { Amount } from '../parts/Amount'
import { Moment } from '../parts/Moment'
import { useWords } from '../words/useWords'
import type { Labels } from './useLabels'
import { FIELDS, WORDS } from './words'

type Change = NonNullable<HistoryEntry['changes']>[string]

/** A function that names a field of an order. `path` is the API's name of it, such as `parcels.p1.carrier`. */
export function usePathName(labels: Labels) {
  const fields = useWords(FIELDS)
  return (path: string) => {
    const parts = path.split('.')
    return parts
      .map((part, index) =>
        part in FIELDS ? fields(part as keyof typeof FIELDS) : (labels(parts.slice(0, index), part) ?? part),
      )
      .join(' ')
  }
}

const HIDDEN = '***'

/** One change as old → new. */
export function ChangeLine({ path, change, labels }: { path: string; change: Change; labels: Labels }) {
  const t = useWords(WORDS)
  const name = usePathName(labels)(path)
  const parts = path.split('.')
  function shown(value: unknown): ReactNode {
    if (value === null || value === undefined) return <span className="quiet">{t('nothing')}</span>
    if (value === HIDDEN) return <span className="quiet">{t('hidden')}</span>
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
    if (Array.isArray(value))
      return value.length ? (
        value.map((each) => labels(parts, String(each)) ?? String(each)).join(', ')
      ) : (
        <span className="quiet">{t('nothing')}</span>
      )
    if (isMoney(value)) return <Amount value={value} />
    if (typeof value === 'object') return JSON.stringify(value)
    const text = String(value)
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return <Moment at={text} />
    return labels(parts, text) ?? text
  }
  return (
    <li>
      {name}: {shown(change.from)} → {shown(change.to)}
    </li>
  )
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value
}
