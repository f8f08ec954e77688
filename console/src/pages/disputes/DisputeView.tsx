import { Link } from 'react-router'
import { ActionBar } from '../../actions/ActionBar'
import { DisputeActionForm, disputeDraft } from '../../actions/DisputeActionForm'
import { useApi, useStoreId } from '../../api/client'
import type { Dispute, Order } from '../../api/types'
import { Changes } from '../../history/Changes'
import { Amount } from '../../parts/Amount'
import { Facts } from '../../parts/Facts'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { DisputeFacts } from './DisputeFacts'
import { Evidence } from './Evidence'
import { Proposals } from './Proposals'
import { DISPUTE_WORDS } from './words'

/** One dispute: where it is, what can be done, the negotiation and the evidence. */
export function DisputeView({ disputeId }: { disputeId: string }) {
  const t = useWords(DISPUTE_WORDS)
  const store = encodeURIComponent(useStoreId())
  const api = useApi()
  const dispute = api.useQuery('get', '/v1/disputes/{dispute_id}', { params: { path: { dispute_id: disputeId } } })
  const orderId = dispute.data?.order_id ?? ''
  const order = api.useQuery(
    'get',
    '/v1/orders/{order_id}',
    { params: { path: { order_id: orderId } } },
    { enabled: orderId !== '' },
  )
  const error = dispute.error ?? order.error
  return (
    <>
      <p className="no-print">
        <Link to={`/stores/${store}/disputes`}>← {t('back')}</Link>
      </p>
      <h1>{orderId ? t('of', { order: orderId }) : t('dispute')}</h1>
      <ProblemAlert error={error} onRetry={dispute.error ? dispute.refetch : order.refetch} />
      {dispute.data && order.data ? <Content dispute={dispute.data} order={order.data} /> : error ? null : <Loading />}
    </>
  )
}

function Content({ dispute, order }: { dispute: Dispute; order: Order }) {
  const t = useWords(DISPUTE_WORDS)
  const names = new Map(order.lines.map(({ line_id, title, sku }) => [line_id, title ?? sku ?? line_id]))
  return (
    <div className="dispute">
      <div>
        <ActionBar
          choices={dispute}
          here={(action) => action !== 'add_evidence'}
          draftOf={(action) => disputeDraft(dispute.dispute_id, action)}
          form={(action, label, close, done) => (
            <DisputeActionForm
              key={action}
              order={order}
              dispute={dispute}
              action={action}
              label={label}
              onCancel={close}
              onDone={() => done()}
              since={(version) => <Changes orderId={order.order_id} since={version} />}
            />
          )}
        />
        <h2>{t('negotiation')}</h2>
        <Proposals dispute={dispute} />
        <h2>{t('evidence')}</h2>
        <Evidence dispute={dispute} />
      </div>
      <aside aria-label={t('orderState')}>
        <section className="card" aria-label={t('dispute')}>
          <DisputeFacts dispute={dispute} />
        </section>
        <section className="card" aria-label={t('order')}>
          <Facts
            rows={{
              [t('order')]: <Link to={openOrder(order.order_id)}>{order.order_id}</Link>,
              [t('stageOfOrder')]: order.status_label,
              [t('buyer')]: `${order.buyer.name ?? order.buyer.id} · ${order.buyer_country_label}`,
              [t('total')]: <Amount value={order.amounts.total} />,
              [t('lines')]: dispute.line_ids.map((id) => names.get(id) ?? id).join(', ') || t('wholeOrder'),
            }}
          />
        </section>
      </aside>
    </div>
  )
}
