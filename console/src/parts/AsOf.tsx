import { useWords } from '../words/useWords'
import { useMoment } from './times'
import { WORDS } from './words'

/** When what is shown was read, in the store's zone. */
export function AsOf({ at }: { at: string | number | undefined }) {
  const t = useWords(WORDS)
  const format = useMoment()
  if (!at) return null
  const iso = new Date(at).toISOString()
  return (
    <time className="quiet" dateTime={iso} title={format(iso, true)}>
      {t('asOf', { time: format(iso) })}
    </time>
  )
}
