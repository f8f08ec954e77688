import { Link, useNavigate, useSearchParams } from 'react-router'
import { useApi, useStoreId } from '../../api/client'
import { useCodes } from '../../api/codes'
import { useCounters } from '../../api/queries'
import type { paths } from '../../api/types'
import { useTabCounts } from '../../api/useTabCounts'
import { PagedTable } from '../../parts/PagedTable'
import { Tabs } from '../../parts/Tabs'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { Answer } from './Answer'
import { COLUMNS } from './columns'
import { WORDS } from './words'
import './refunds.css'

type Query = NonNullable<paths['/v1/refunds']['get']['parameters']['query']>
const PARAMETERS = ['state', 'limit', 'cursor']
/** States in which something is still to happen; the others only grow, and have no count. */
const OPEN = ['requested', 'accepted']

export default function RefundsPage() {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const store = encodeURIComponent(useStoreId())
  const [search] = useSearchParams()
  const answer = search.get('answer')
  const query = useQueryOf<Query>(PARAMETERS)
  const refunds = useApi().useQuery('get', '/v1/refunds', { params: { query } })
  const states = useCodes('refund_state')
  const counts = useTabCounts('/v1/refunds', 'state', OPEN)
  const requests = useCounters().all.IN_CANCEL
  return (
    <>
      <h1>{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={[
          { query: '', label: t('all') },
          ...states.map(({ code, label }) => ({ query: `state=${code}`, label, ...counts[code] })),
        ]}
      />
      {requests?.count ? (
        <p>
          <Link to={`/stores/${store}/orders?${requests.query}`}>{t('bulk')}</Link>
        </p>
      ) : null}
      {answer ? <Answer key={answer} orderId={answer} /> : null}
      <PagedTable
        label={t('title')}
        columns={COLUMNS}
        t={t}
        list={refunds}
        rowKey={({ refund_id }) => refund_id}
        empty={t('none')}
        onOpen={({ order_id }) => navigate(openOrder(order_id))}
      />
    </>
  )
}
