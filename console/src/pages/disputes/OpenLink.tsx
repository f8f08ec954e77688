import { Link } from 'react-router'
import { useStoreId } from '../../api/client'
import type { ListedDispute } from '../../api/types'
import { useWords } from '../../words/useWords'
import { openDispute } from './address'
import { DISPUTE_WORDS } from './words'

export function OpenLink({ dispute }: { dispute: ListedDispute }) {
  const t = useWords(DISPUTE_WORDS)
  return (
    <Link
      className="id"
      to={openDispute(useStoreId(), dispute.dispute_id)}
      aria-label={t('openOf', { order: dispute.order_id })}
    >
      {t('open')}
    </Link>
  )
}
