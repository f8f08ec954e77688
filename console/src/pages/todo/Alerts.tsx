import { Button } from 'antd'
import { Link } from 'react-router'
import { useApi } from '../../api/client'
import { useRole } from '../../api/queries'
import type { Alert } from '../../api/types'
import { useSend } from '../../api/useSend'
import { Mark } from '../../parts/Mark'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { EVERY_MINUTE } from './refresh'
import { WORDS } from './words'

const SHOWN = 8
const TONES: Record<string, 'soon' | 'late'> = { critical: 'late', warning: 'soon' }
const URGENCY = ['critical', 'warning', 'info']

/** Alerts that nobody has acknowledged yet, the most severe first. */
export function Alerts() {
  const t = useWords(WORDS)
  const alerts = useApi().useQuery('get', '/v1/alerts', { params: { query: { limit: 200 } } }, EVERY_MINUTE)
  const acknowledge = useSend((api, id: string) =>
    api.client.POST('/v1/alerts/{alert_id}/acknowledge', { params: { path: { alert_id: id } }, body: {} }),
  )
  const maySend = ['owner', 'staff'].includes(useRole() ?? '')
  const open = [...(alerts.data?.data ?? [])].sort(
    (a, b) => URGENCY.indexOf(a.severity) - URGENCY.indexOf(b.severity) || b.raised_at.localeCompare(a.raised_at),
  )
  return (
    <section>
      <h2>{t('alerts')}</h2>
      <ProblemAlert error={alerts.error ?? acknowledge.error} onRetry={alerts.error ? alerts.refetch : undefined} />
      {alerts.data && !open.length ? <p className="quiet">{t('noAlerts')}</p> : null}
      <ul className="alerts">
        {open.slice(0, SHOWN).map((alert) => (
          <li key={alert.alert_id} className="card">
            <Text of={alert} />
            {maySend ? (
              <Button
                size="small"
                aria-label={t('acknowledgeOf', { message: alert.message })}
                loading={acknowledge.isPending && acknowledge.variables === alert.alert_id}
                onClick={() => acknowledge.mutate(alert.alert_id)}
              >
                {t('acknowledge')}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {open.length > SHOWN ? (
        <p>
          <Link to="../alerts">
            {t('moreAlerts')} ({open.length})
          </Link>
        </p>
      ) : null}
    </section>
  )
}

function Text({ of: { severity, severity_label, message, raised_at, order_id } }: { of: Alert }) {
  return (
    <span>
      <Mark tone={TONES[severity]}>{severity_label}</Mark>{' '}
      {order_id ? <Link to={openOrder(order_id)}>{message}</Link> : message}{' '}
      <small className="quiet">
        <Moment at={raised_at} />
      </small>
    </span>
  )
}
