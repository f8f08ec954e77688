import { Button } from 'antd'
import { useApi } from '../../api/client'
import type { components } from '../../api/types'
import { useSend } from '../../api/useSend'
import type { Column } from '../../parts/DataTable'
import { Loading } from '../../parts/Loading'
import { Moment } from '../../parts/Moment'
import { PlainTable } from '../../parts/PlainTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useMoment } from '../../parts/times'
import { useWords } from '../../words/useWords'
import { CHANNEL_WORDS } from './words'

type Delivery = components['schemas']['DeliveryView']

const SECOND = 1000
const WHAT: Record<string, keyof typeof CHANNEL_WORDS> = {
  alert: 'alert',
  digest: 'digestMessage',
  test: 'testMessage',
  confirmation: 'confirmationMessage',
}
const isPending = ({ state }: Delivery) => state === 'pending'

/** What was sent to a channel. While something is on its way the list is asked again each second. */
export function Deliveries({ channelId, tested }: { channelId: string; tested: string | null }) {
  const t = useWords(CHANNEL_WORDS)
  const moment = useMoment()
  const path = { channel_id: channelId }
  const deliveries = useApi().useQuery(
    'get',
    '/v1/alert-channels/{channel_id}/deliveries',
    { params: { path } },
    { refetchInterval: ({ state }) => (state.data?.data.some(isPending) ? SECOND : false) },
  )
  const again = useSend((api, delivery_id: string) =>
    api.client.POST('/v1/alert-channels/{channel_id}/deliveries/{delivery_id}/redeliver', {
      params: { path: { ...path, delivery_id } },
      body: {},
    }),
  )
  const test = deliveries.data?.data.find(({ id }) => id === tested)
  const answer = ({ status, why }: Delivery['attempts'][number]) =>
    [status ?? t('noAnswer'), why].filter(Boolean).join(' ')
  const columns: Column<Delivery>[] = [
    { key: 'at', title: t('created'), cell: ({ created_at }) => <Moment at={created_at} /> },
    { key: 'what', title: t('what'), cell: ({ what }) => (WHAT[what] ? t(WHAT[what]) : what) },
    { key: 'state', title: t('state'), cell: ({ state_label }) => state_label },
    {
      key: 'attempts',
      title: t('attempts'),
      cell: ({ attempts, next_attempt_at }) => (
        <span>
          {attempts.map((each) => (
            <small key={each.at} className="block">
              {t('attempt', { time: moment(each.at), answer: answer(each), ms: each.milliseconds })}
            </small>
          ))}
          {next_attempt_at ? <small className="block">{t('next', { time: moment(next_attempt_at) })}</small> : null}
        </span>
      ),
    },
    {
      key: 'again',
      title: t('redeliver'),
      cell: (each) =>
        isPending(each) ? (
          '–'
        ) : (
          <Button size="small" disabled={again.isPending} onClick={() => again.mutate(each.id)}>
            {t('redeliver')}
          </Button>
        ),
    },
  ]
  return (
    <section>
      <p role="status">{test ? t('testState', { state: test.state_label }) : ''}</p>
      <h3>{t('deliveries')}</h3>
      <ProblemAlert
        error={deliveries.error ?? again.error}
        onRetry={deliveries.error ? deliveries.refetch : undefined}
      />
      {deliveries.isLoading ? <Loading /> : null}
      {deliveries.data?.data.length === 0 ? <p className="empty">{t('noDeliveries')}</p> : null}
      {deliveries.data?.data.length ? (
        <PlainTable label={t('deliveries')} columns={columns} rows={deliveries.data.data} rowKey={({ id }) => id} />
      ) : null}
    </section>
  )
}
