import { Drawer } from 'antd'
import { useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'

export default function OrderDrawer() {
  const [search, setSearch] = useSearchParams()
  const orderId = search.get('order') ?? ''
  const order = useApi().useQuery('get', '/v1/orders/{order_id}', { params: { path: { order_id: orderId } } })
  function close() {
    setSearch((before) => {
      const next = new URLSearchParams(before)
      next.delete('order')
      return next
    })
  }
  return (
    <Drawer open onClose={close} size={720} title={orderId}>
      <ProblemAlert error={order.error} onRetry={order.refetch} />
      {order.data ? <p>{order.data.status_label}</p> : order.error ? null : <Loading />}
    </Drawer>
  )
}
