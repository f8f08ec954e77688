import { useNavigate, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { useCounters } from '../../api/queries'
import { Count } from '../../parts/Count'
import { DataTable } from '../../parts/DataTable'
import { Pager } from '../../parts/Pager'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { COLUMNS } from './columns'
import { WORDS } from './words'

export default function OrdersPage() {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const counters = useCounters()
  const { order: _, ...query } = Object.fromEntries(search)
  const orders = useApi().useQuery('get', '/v1/orders', { params: { query } })
  return (
    <>
      <h1>{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={[
          { query: '', label: t('all'), count: counters.count('total') },
          ...Object.entries(counters.all).map(([name, { count, query, label }]) => ({
            query,
            label: label ?? name,
            count,
          })),
        ]}
      />
      <ProblemAlert error={orders.error} onRetry={orders.refetch} />
      {orders.error ? null : (
        <DataTable
          label={t('title')}
          columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
          rows={orders.data?.data}
          rowKey={({ order_id }) => order_id}
          empty={t('none')}
          onOpen={({ order_id }) => navigate(openOrder(order_id))}
        />
      )}
      <Pager page={orders.data?.page} shown={orders.data?.data.length ?? 0} />
      <Count value={undefined} />
    </>
  )
}
