import { useEffect, useRef } from 'react'
import { Link } from 'react-router'
import { ActionBar } from '../../actions/ActionBar'
import { OrderActionForm, orderDraft } from '../../actions/OrderActionForm'
import { useApi } from '../../api/client'
import { Changes } from '../../history/Changes'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { Timers } from '../order/Timers'
import { answerTo } from './AnswerLink'
import { WORDS } from './words'

/** The answers to a request of cancellation: what the API allows of them, over the list. */
export function Answer({ orderId }: { orderId: string }) {
  const t = useWords(WORDS)
  const card = useRef<HTMLElement>(null)
  const order = useApi().useQuery('get', '/v1/orders/{order_id}', { params: { path: { order_id: orderId } } })
  useEffect(() => card.current?.focus(), [])
  return (
    <section ref={card} tabIndex={-1} className="card answer" aria-label={t('answerOf', { order: orderId })}>
      <h2>
        {t('answerTo')} <Link to={openOrder(orderId)}>{orderId}</Link>
      </h2>
      <ProblemAlert error={order.error} onRetry={order.refetch} />
      {order.data ? (
        <>
          <Timers timers={order.data.deadlines.filter(({ kind }) => kind === 'cancellation')} />
          <ActionBar
            choices={order.data}
            here={(action) => action.endsWith('_cancellation')}
            draftOf={(action) => orderDraft(orderId, action)}
            form={(action, label, close, done) => (
              <OrderActionForm
                key={action}
                order={order.data}
                action={action}
                label={label}
                onCancel={close}
                onDone={() => done()}
                since={(version) => <Changes orderId={orderId} since={version} />}
              />
            )}
          />
        </>
      ) : order.error ? null : (
        <Loading />
      )}
      <Link to={answerTo(null)}>{t('close')}</Link>
    </section>
  )
}
