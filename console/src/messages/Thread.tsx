import { Button } from 'antd'
import { useApi } from '../api/client'
import { BY_CURSOR } from '../api/pages'
import { useRole } from '../api/queries'
import { useSend } from '../api/useSend'
import { Loading } from '../parts/Loading'
import { Moment } from '../parts/Moment'
import { ProblemAlert } from '../parts/ProblemAlert'
import { useWords } from '../words/useWords'
import { Composer } from './Composer'
import { WORDS } from './words'
import './messages.css'

const NAMES = new Set(['buyer', 'seller', 'platform'])

interface Props {
  orderId: string
  /** The order's version that is shown; none until it is known. */
  version: number | undefined
  /** How many of the buyer's messages nobody has read. */
  unread: number
}

/** The messages of an order, oldest first, and the reply below. */
export function Thread({ orderId, version, unread }: Props) {
  const t = useWords(WORDS)
  const role = useRole()
  const messages = useApi().useInfiniteQuery(
    'get',
    '/v1/orders/{order_id}/messages',
    { params: { path: { order_id: orderId } } },
    BY_CURSOR,
  )
  const read = useSend((api, order_id: string) =>
    api.client.POST('/v1/orders/{order_id}/messages/read', { params: { path: { order_id } }, body: {} }),
  )
  const mayWrite = role === 'owner' || role === 'staff'
  const all = messages.data?.pages.flatMap(({ data }) => data).reverse()
  return (
    <section className="thread" aria-label={t('thread')}>
      <ProblemAlert error={messages.error} onRetry={messages.refetch} />
      {messages.hasNextPage ? (
        <Button size="small" loading={messages.isFetchingNextPage} onClick={() => void messages.fetchNextPage()}>
          {t('earlier')}
        </Button>
      ) : null}
      {all ? (
        all.length ? (
          <ol className="messages">
            {all.map(({ message_id, from, text, sent_at, read_at }) => (
              <li key={message_id} className={`message from-${from}`}>
                <small className="quiet">
                  {NAMES.has(from) ? t(from as 'buyer') : from} · <Moment at={sent_at} />
                  {from === 'buyer' && !read_at ? <strong className="new"> {t('unread')}</strong> : null}
                </small>
                <p>{text}</p>
              </li>
            ))}
          </ol>
        ) : (
          <p className="quiet">{t('none')}</p>
        )
      ) : messages.error ? null : (
        <Loading />
      )}
      {mayWrite && unread > 0 ? (
        <Button className="no-print" loading={read.isPending} onClick={() => read.mutate(orderId)}>
          {t('markRead', { n: unread })}
        </Button>
      ) : null}
      <ProblemAlert error={read.error} />
      {mayWrite ? <Composer orderId={orderId} version={version} /> : null}
    </section>
  )
}
