import { Button } from 'antd'
import { useState } from 'react'
import { useApi } from '../../api/client'
import type { ListedOrder } from '../../api/types'
import { Amount } from '../../parts/Amount'
import type { Column } from '../../parts/DataTable'
import { Loading } from '../../parts/Loading'
import { Moment } from '../../parts/Moment'
import { OrderLink } from '../../parts/OrderLink'
import { PlainTable } from '../../parts/PlainTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { segmentOf } from './address'
import { WORDS } from './words'

const COLUMNS: (Omit<Column<ListedOrder>, 'title'> & { title: keyof typeof WORDS })[] = [
  { key: 'order', title: 'order', cell: ({ order_id }) => <OrderLink id={order_id} /> },
  { key: 'placed', title: 'placed', cell: ({ placed_at }) => <Moment at={placed_at} /> },
  { key: 'amount', title: 'amount', align: 'right', cell: ({ amounts }) => <Amount value={amounts.total} /> },
  { key: 'status', title: 'status', cell: (each) => [each.status_label, ...each.overlays_label].join(' · ') },
]
const FEW = 10
const MOST = 200

export function CustomerOrders({ buyer }: { buyer: string }) {
  const t = useWords(WORDS)
  const [limit, setLimit] = useState(FEW)
  const orders = useApi().useQuery(
    'get',
    '/v1/customers/{buyer_id}/orders',
    { params: { path: { buyer_id: segmentOf(buyer) }, query: { limit } } },
    { placeholderData: (before) => before },
  )
  return (
    <>
      <h2>{t('orders')}</h2>
      <ProblemAlert error={orders.error} onRetry={orders.refetch} />
      {orders.isLoading ? <Loading /> : null}
      {orders.data?.data.length === 0 ? <p className="empty">{t('noOrders')}</p> : null}
      {orders.data?.data.length ? (
        <PlainTable
          label={t('orders')}
          columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
          rows={orders.data.data}
          rowKey={({ order_id }) => order_id}
        />
      ) : null}
      {orders.data?.page.next_cursor && limit < MOST ? (
        <Button onClick={() => setLimit(MOST)}>{t('more')}</Button>
      ) : null}
    </>
  )
}
