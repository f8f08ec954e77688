import { Link } from 'react-router'
import { useRole } from '../../api/queries'
import type { Refund } from '../../api/types'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

/** The request that is being answered stands in the address: `?answer=…`, the number of its order. */
export function answerTo(orderId: string | null): { search: string } {
  const search = new URLSearchParams(location.search)
  if (orderId) search.set('answer', orderId)
  else search.delete('answer')
  return { search: `?${search}` }
}

/** The way to answer a refund that waits for the seller. */
export function AnswerLink({ refund }: { refund: Refund }) {
  const t = useWords(WORDS)
  const role = useRole()
  if (!refund.respond_by || (role !== 'owner' && role !== 'staff')) return null
  return (
    <Link to={answerTo(refund.order_id)} aria-label={t('answerOf', { order: refund.order_id })}>
      {t('answer')}
    </Link>
  )
}
