import { useNavigate, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { useRole } from '../../api/queries'
import { DataTable } from '../../parts/DataTable'
import { Pager } from '../../parts/Pager'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { COLUMNS, SHIP_COLUMN } from './columns'
import { LISTS, type ListName, useListQuery } from './lists'
import { WORDS } from './words'

/** Orders that await shipment, the most urgent first. */
export function OrdersToShip({ list }: { list: ListName }) {
  const t = useWords(WORDS)
  const role = useRole()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const { empty, has = () => true } = LISTS[list]
  const query = useListQuery(list)
  const orders = useApi().useQuery('get', '/v1/orders', {
    params: { query: { ...query, cursor: search.get('cursor') ?? undefined } },
  })
  const columns = role && role !== 'viewer' && list !== 'held' ? [...COLUMNS, SHIP_COLUMN] : COLUMNS
  const rows = orders.data?.data.filter(has)
  return (
    <>
      {list === 'held' && rows?.length ? <p>{t('heldHint')}</p> : null}
      <ProblemAlert error={orders.error} onRetry={orders.refetch} />
      {orders.error ? null : (
        <DataTable
          label={t(list)}
          columns={columns.map((column) => ({ ...column, title: t(column.title) }))}
          rows={rows}
          rowKey={({ order_id }) => order_id}
          empty={t(empty)}
          onOpen={({ order_id }) => navigate(openOrder(order_id))}
        />
      )}
      <Pager page={orders.data?.page} shown={rows?.length ?? 0} />
    </>
  )
}
