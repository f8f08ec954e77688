import { useWords } from '../words/useWords'
import { useMoment, useNow } from './times'
import { WORDS } from './words'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The time left, or overdue. Urgent from 24 hours before the end. The title is the moment itself, with its zone. */
export function Countdown({ to }: { to: string | null | undefined }) {
  const t = useWords(WORDS)
  const now = useNow()
  const format = useMoment()
  if (!to) return <span>–</span>
  const left = Date.parse(to) - now
  const long = Math.abs(left)
  const [unit, size] =
    long >= 2 * DAY
      ? (['days', DAY] as const)
      : long >= 2 * HOUR
        ? (['hours', HOUR] as const)
        : (['minutes', MINUTE] as const)
  const time = t(unit, { n: Math.floor(long / size) })
  const tone = left < 0 ? 'late' : left <= DAY ? 'soon' : 'calm'
  return (
    <time dateTime={to} title={format(to, true)} className={`countdown ${tone}`}>
      {left < 0 ? t('overdue', { time }) : t('left', { time })}
    </time>
  )
}
