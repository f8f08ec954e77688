import { Link } from 'react-router'
import { useStoreId } from '../../api/client'
import type { Order } from '../../api/types'
import { useWords } from '../../words/useWords'
import { openDispute } from '../disputes/address'
import { DisputeFacts } from '../disputes/DisputeFacts'
import { DISPUTE_WORDS } from '../disputes/words'

export function DisputeSummary({ order }: { order: Order }) {
  const t = useWords(DISPUTE_WORDS)
  const store = useStoreId()
  const { dispute } = order
  if (!dispute) return <p className="quiet">{t('noDispute')}</p>
  return (
    <div className="card">
      <DisputeFacts dispute={dispute} />
      <Link className="no-print" to={openDispute(store, dispute.dispute_id)}>
        {t('open')}
      </Link>
    </div>
  )
}
