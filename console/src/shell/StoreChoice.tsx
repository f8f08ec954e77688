import { Navigate, useLocation } from 'react-router'
import { useApi } from '../api/client'
import { Loading } from '../parts/Loading'
import { ProblemAlert } from '../parts/ProblemAlert'
import { useWords } from '../words/useWords'
import { StoreScope } from './StoreScope'
import { WORDS } from './words'

/** An address without a store leads to the store that was open last, else to the first that the person has. */
export function StoreChoice({ baseUrl }: { baseUrl: string }) {
  return (
    <StoreScope baseUrl={baseUrl} store={null}>
      <Choice />
    </StoreScope>
  )
}

function Choice() {
  const t = useWords(WORDS)
  const { pathname, search } = useLocation()
  const me = useApi().useQuery('get', '/v1/me')
  if (me.error) return <ProblemAlert error={me.error} onRetry={me.refetch} />
  if (!me.data) return <Loading />
  const stores = me.data.stores.map(({ store_id }) => store_id)
  const last = localStorage.getItem('store')
  const store = last && stores.includes(last) ? last : stores[0]
  if (!store) return <main className="page">{t('noStore')}</main>
  return <Navigate to={`/stores/${encodeURIComponent(store)}${pathname === '/' ? '' : pathname}${search}`} replace />
}
