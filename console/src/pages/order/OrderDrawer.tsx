import { useIsFetching } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import type { Order } from '../../api/types'
import { Copy } from '../../parts/Copy'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Drawer } from '../../shell/Drawer'
import { useWords } from '../../words/useWords'
import { Actions } from './Actions'
import { Head } from './Head'
import { SECTIONS } from './sections'
import { WORDS } from './words'
import './order.css'
import { useAddressChange } from '../../parts/useAddressChange'

/** One order over any page. It stands in the address as `?order=…`; `#funds` and the like lead to its parts. */
export default function OrderDrawer() {
  const t = useWords(WORDS)
  const [search] = useSearchParams()
  const changeAddress = useAddressChange()
  const orderId = search.get('order') ?? ''
  const order = useApi().useQuery('get', '/v1/orders/{order_id}', { params: { path: { order_id: orderId } } })
  function close() {
    changeAddress((next) => {
      next.delete('order')
      next.delete('action')
    })
  }
  return (
    <Drawer
      open
      onClose={close}
      size="min(1120px, 100vw)"
      rootClassName="order-drawer"
      title={
        <>
          {t('order', { id: orderId })} <Copy text={orderId} name={orderId} />
        </>
      }
      extra={
        <Button className="no-print" onClick={() => print()}>
          {t('print')}
        </Button>
      }
    >
      <ProblemAlert error={order.error} onRetry={order.refetch} />
      {order.data ? <Content key={orderId} order={order.data} /> : order.error ? null : <Loading />}
    </Drawer>
  )
}

function Content({ order }: { order: Order }) {
  const t = useWords(WORDS)
  const { hash, search } = useLocation()
  const navigate = useNavigate()
  const settled = useIsFetching() === 0
  const reached = useRef('')
  useEffect(() => {
    // Parts that load above would push the one that the address names out of sight.
    if (!hash || !settled || reached.current === hash) return
    reached.current = hash
    document.getElementById(`order-${hash.slice(1)}`)?.scrollIntoView()
  }, [hash, settled])
  return (
    <>
      <nav className="tabs order-tabs no-print" aria-label={t('sections')}>
        {SECTIONS.map(({ key }) => (
          <a
            key={key}
            href={`${search}#${key}`}
            onClick={(event) => {
              event.preventDefault()
              navigate({ search, hash: key }, { replace: true })
              document.getElementById(`order-${key}`)?.scrollIntoView()
            }}
          >
            {t(key)}
          </a>
        ))}
      </nav>
      <Head order={order} />
      <Actions order={order} />
      {SECTIONS.map(({ key, Component }) => (
        <section key={key} id={`order-${key}`} className="order-section" aria-label={t(key)}>
          <h2>{t(key)}</h2>
          <Component order={order} />
        </section>
      ))}
    </>
  )
}
