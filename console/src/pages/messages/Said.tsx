import type { Message } from '../../api/types'
import { WORDS as THREAD } from '../../messages/words'
import { Mark } from '../../parts/Mark'
import { useWords } from '../../words/useWords'

const SIDES = new Set(['buyer', 'seller', 'platform'])

/** Who wrote, and how the message begins. */
export function Said({ message }: { message: Message }) {
  const t = useWords(THREAD)
  const { from, text, read_at } = message
  return (
    <div>
      <span className="quiet">{SIDES.has(from) ? t(from as 'buyer') : from}:</span> <span className="said">{text}</span>{' '}
      {from === 'buyer' && !read_at ? <Mark tone="late">{t('unread')}</Mark> : null}
    </div>
  )
}
