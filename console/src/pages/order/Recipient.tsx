import { Button, Flex } from 'antd'
import { useState } from 'react'
import { WORDS as FIELDS } from '../../actions/words'
import { useApi } from '../../api/client'
import { useRole } from '../../api/queries'
import type { Order } from '../../api/types'
import { useSend } from '../../api/useSend'
import { Copy } from '../../parts/Copy'
import { Facts } from '../../parts/Facts'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useMoment } from '../../parts/times'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

const LINES = ['name', 'street', 'city', 'state', 'zip', 'country', 'phone', 'mobile'] as const

/** Where the goods go: masked, and shown in full on request, which the API records. */
export function Recipient({ order }: { order: Order }) {
  const t = useWords(WORDS)
  const fields = useWords(FIELDS)
  const role = useRole()
  const [full, setFull] = useState<Order['recipient']>()
  const reveal = useSend(
    (api, order_id: string) =>
      api.client.GET('/v1/orders/{order_id}', { params: { path: { order_id }, query: { reveal: 'recipient' } } }),
    ({ recipient }) => setFull(recipient),
  )
  const shown = full ?? order.recipient
  const address = LINES.map((name) => shown[name])
    .filter(Boolean)
    .join('\n')
  return (
    <section className="card" aria-label={t('recipient')}>
      <h3>{t('recipient')}</h3>
      <Facts
        rows={{ ...Object.fromEntries(LINES.map((name) => [fields(name), shown[name]])), [t('taxId')]: shown.tax_id }}
      />
      <ProblemAlert error={reveal.error} />
      {full ? (
        <Copy text={address} name={t('copyAddress')} />
      ) : role === 'owner' || role === 'staff' ? (
        <Flex gap="small" wrap align="center" className="no-print">
          <Button size="small" loading={reveal.isPending} onClick={() => reveal.mutate(order.order_id)}>
            {t('reveal')}
          </Button>
          <small className="quiet">{t('masked')}</small>
        </Flex>
      ) : null}
      {role === 'owner' ? <WhoLooked orderId={order.order_id} /> : null}
    </section>
  )
}

function WhoLooked({ orderId }: { orderId: string }) {
  const t = useWords(WORDS)
  const format = useMoment()
  const log = useApi().useQuery('get', '/v1/orders/{order_id}/access', {
    params: { path: { order_id: orderId }, query: { limit: 200 } },
  })
  const looks = log.data?.data
  if (!looks) return <ProblemAlert error={log.error} onRetry={log.refetch} />
  if (!looks.length) return <small className="quiet">{t('nobodyLooked')}</small>
  return (
    <details className="no-print">
      <summary>{t('whoLooked', { n: looks.length })}</summary>
      <ul>
        {looks.map(({ at, actor }) => (
          <li key={at}>{t('looked', { who: actor.id, when: format(at) })}</li>
        ))}
      </ul>
    </details>
  )
}
