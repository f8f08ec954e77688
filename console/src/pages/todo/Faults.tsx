import { Link } from 'react-router'
import { useApi } from '../../api/client'
import { useRole } from '../../api/queries'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { EVERY_MINUTE } from './refresh'
import { WORDS } from './words'

const RECENT = { params: { query: { limit: 20 } } }

interface Fault {
  key: string
  what: string
  why: string
  when: string | null
  page: string
}

/** Imports and exports that failed, and channels that are switched off. A viewer may read none of them. */
export function Faults() {
  const t = useWords(WORDS)
  const api = useApi()
  const role = useRole()
  const isSeller = role === 'owner' || role === 'staff'
  const imports = api.useQuery('get', '/v1/imports', RECENT, { ...EVERY_MINUTE, enabled: isSeller })
  const exports = api.useQuery('get', '/v1/exports', RECENT, { ...EVERY_MINUTE, enabled: isSeller })
  const channels = api.useQuery('get', '/v1/alert-channels', RECENT, { ...EVERY_MINUTE, enabled: role === 'owner' })
  if (!isSeller) return null
  const faults: Fault[] = [
    ...(imports.data?.data ?? [])
      .filter(({ state, counts }) => state === 'failed' || (state === 'succeeded' && counts.failed))
      .map(({ id, file_name, failed, counts, finished_at }) => ({
        key: id,
        what: t('import', { name: file_name }),
        why: failed?.message ?? t('failedRows', { n: counts.failed }),
        when: finished_at,
        page: `../imports?import=${id}`,
      })),
    ...(exports.data?.data ?? [])
      .filter(({ state }) => state === 'failed')
      .map(({ id, kind_label, state_label, failed, finished_at }) => ({
        key: id,
        what: t('export', { name: kind_label }),
        why: failed?.message ?? state_label,
        when: finished_at,
        page: '../exports',
      })),
    ...(channels.data?.data ?? [])
      .filter(({ enabled }) => !enabled)
      .map(({ id, name, off_because_label, off_at }) => ({
        key: id,
        what: t('channel', { name }),
        why: off_because_label ?? '',
        when: off_at,
        page: '../alerts',
      })),
  ]
  return (
    <section>
      <h2>{t('wrong')}</h2>
      <ProblemAlert error={imports.error ?? exports.error ?? channels.error} />
      {faults.length ? (
        <ul className="alerts">
          {faults.map(({ key, what, why, when, page }) => (
            <li key={key} className="card">
              <span>
                <Link to={page}>{what}</Link> {why}{' '}
                <small className="quiet">
                  <Moment at={when} />
                </small>
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet">{t('nothingWrong')}</p>
      )}
    </section>
  )
}
