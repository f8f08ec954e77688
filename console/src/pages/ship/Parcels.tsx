import { useNavigate, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { PagedTable } from '../../parts/PagedTable'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { PARCEL_COLUMNS } from './columns'
import { WORDS } from './words'

const OF_STATE = {
  undelivered: { label: 'underWay', empty: 'noUnderWay', sort: 'shipped_at', without: 'delivered' },
  delivered: { label: 'delivered', empty: 'noDelivered', sort: '-shipped_at', without: '' },
} as const

/** Parcels across orders: those under way begin with the longest, those delivered with the latest. */
export function Parcels({ state }: { state: keyof typeof OF_STATE }) {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const { label, empty, sort, without } = OF_STATE[state]
  const parcels = useApi().useQuery('get', '/v1/parcels', {
    params: { query: { state, sort, cursor: search.get('cursor') ?? undefined } },
  })
  const columns = PARCEL_COLUMNS.filter(({ key }) => key !== without)
  return (
    <PagedTable
      label={t(label)}
      columns={columns}
      t={t}
      list={parcels}
      rowKey={({ order_id, parcel_id }) => `${order_id} ${parcel_id}`}
      empty={t(empty)}
      onOpen={({ order_id }) => navigate(openOrder(order_id))}
    />
  )
}
