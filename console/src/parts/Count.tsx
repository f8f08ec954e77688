import { useWords } from '../words/useWords'
import { WORDS } from './words'

/**
 * A count beside a name. Nothing stands there while it is not known; 0 is shown, but quietly. `cutOff`: there are more,
 * which the API did not count.
 */
export function Count({ value, cutOff }: { value: number | undefined; cutOff?: boolean }) {
  const t = useWords(WORDS)
  if (value === undefined) return null
  const text = value.toLocaleString()
  if (!cutOff) return <span className={value ? 'count' : 'count none'}>{text}</span>
  return (
    <span className="count" title={t('moreThan', { n: text })}>
      {text}+
    </span>
  )
}
