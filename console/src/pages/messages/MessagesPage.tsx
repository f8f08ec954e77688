import { Flex } from 'antd'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import type { Message, paths } from '../../api/types'
import { Thread } from '../../messages/Thread'
import { DataTable } from '../../parts/DataTable'
import { Pager } from '../../parts/Pager'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Tabs } from '../../parts/Tabs'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { openThread } from './address'
import { COLUMNS } from './columns'
import { Figures } from './Figures'
import { TABS } from './tabs'
import { WORDS } from './words'
import './messages.css'

type Query = NonNullable<paths['/v1/messages']['get']['parameters']['query']>
const PARAMETERS = ['unread', 'unanswered_for', 'limit', 'cursor']

/** The newest message of each order of the list, as the person looks for conversations. */
function newestOfEach(messages: readonly Message[] | undefined): Message[] | undefined {
  if (!messages) return undefined
  const newest = new Map<string, Message>()
  for (const each of messages) {
    const order = each.order_id ?? ''
    const known = newest.get(order)
    if (!known || known.sent_at < each.sent_at) newest.set(order, each)
  }
  return [...newest.values()]
}

export default function MessagesPage() {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const open = search.get('thread')
  const query = useQueryOf<Query>(PARAMETERS)
  const api = useApi()
  const messages = api.useQuery('get', '/v1/messages', { params: { query } })
  const figures = api.useQuery('get', '/v1/messages/figures', {})
  const rows = newestOfEach(messages.data?.data)
  const current = TABS.find(
    (tab) => tab.query && [...new URLSearchParams(tab.query)].every(([n, v]) => search.get(n) === v),
  )
  return (
    <>
      <h1>{t('title')}</h1>
      <Figures figures={figures.data} />
      <Tabs
        label={t('title')}
        tabs={TABS.map((tab) => ({
          query: tab.query,
          label: t(tab.label),
          ...(figures.data && tab.count?.(figures.data)),
        }))}
      />
      <div className={open ? 'mailbox open' : 'mailbox'}>
        <div className="mailbox-list">
          <ProblemAlert error={messages.error} onRetry={messages.refetch} />
          {messages.error ? null : (
            <DataTable
              label={t('title')}
              columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
              rows={rows}
              rowKey={({ message_id }) => message_id}
              empty={t(current?.empty ?? 'noMessages')}
              onOpen={({ order_id }) => order_id && navigate(openThread(order_id))}
            />
          )}
          <Pager page={messages.data?.page} shown={rows?.length ?? 0} />
        </div>
        {open ? <Conversation key={open} orderId={open} /> : <p className="empty">{t('choose')}</p>}
      </div>
    </>
  )
}

function Conversation({ orderId }: { orderId: string }) {
  const t = useWords(WORDS)
  const order = useApi().useQuery('get', '/v1/orders/{order_id}', { params: { path: { order_id: orderId } } })
  return (
    <section className="card" aria-label={t('thread', { order: orderId })}>
      <Link className="mailbox-back" to={openThread(null)}>
        ← {t('back')}
      </Link>
      <h2>{t('thread', { order: orderId })}</h2>
      {order.data ? (
        <Flex gap="small" wrap>
          <span>
            {order.data.buyer.name ?? order.data.buyer.id} · {order.data.buyer_country_label} ·{' '}
            {order.data.status_label}
          </span>
          <Link to={openOrder(orderId)}>{t('openOrder')}</Link>
        </Flex>
      ) : null}
      <Thread orderId={orderId} version={order.data?.version} unread={order.data?.unread_messages ?? 0} />
    </section>
  )
}
