import { Button } from 'antd'
import { useState } from 'react'
import { useApi } from '../../api/client'
import { useCodes } from '../../api/codes'
import { useRole } from '../../api/queries'
import type { Alert, paths } from '../../api/types'
import { useSend } from '../../api/useSend'
import { DataTable } from '../../parts/DataTable'
import { AddressFilters } from '../../parts/fields/AddressFilters'
import { Pager } from '../../parts/Pager'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { COLUMNS } from './columns'
import { WORDS } from './words'

const PARAMETERS = ['state', 'severity', 'cursor'] as const
const NONE: ReadonlySet<string> = new Set()

export function AlertList() {
  const t = useWords(WORDS)
  const query = useQueryOf<NonNullable<paths['/v1/alerts']['get']['parameters']['query']>>(PARAMETERS)
  const severities = useCodes('severity')
  const alerts = useApi().useQuery('get', '/v1/alerts', { params: { query } })
  const role = useRole()
  const isOpen = !query.state || query.state === 'open'
  const mayAcknowledge = isOpen && (role === 'owner' || role === 'staff')
  const [selected, setSelected] = useState(NONE)
  const acknowledge = useSend(
    async (api, ids: string[]) => {
      for (const alert_id of ids) {
        await api.client.POST('/v1/alerts/{alert_id}/acknowledge', { params: { path: { alert_id } }, body: {} })
      }
      return {}
    },
    () => setSelected(NONE),
  )
  const act = {
    key: 'act',
    title: t('action'),
    cell: ({ alert_id, message }: Alert) => (
      <Button
        size="small"
        aria-label={t('acknowledgeOf', { message })}
        disabled={acknowledge.isPending}
        onClick={() => acknowledge.mutate([alert_id])}
      >
        {t('acknowledge')}
      </Button>
    ),
  }
  const columns = COLUMNS.map((column) => ({ ...column, title: t(column.title) }))
  return (
    <>
      <AddressFilters filters={[{ name: 'severity', label: t('severity'), kind: 'choice', options: severities }]} />
      <ProblemAlert error={alerts.error ?? acknowledge.error} onRetry={alerts.error ? alerts.refetch : undefined} />
      {alerts.error ? null : (
        <DataTable
          label={t('title')}
          columns={mayAcknowledge ? [...columns, act] : columns}
          rows={alerts.data?.data}
          rowKey={({ alert_id }) => alert_id}
          empty={t('noAlerts')}
          selected={mayAcknowledge ? selected : undefined}
          onSelect={mayAcknowledge ? setSelected : undefined}
        />
      )}
      <Pager page={alerts.data?.page} shown={alerts.data?.data.length ?? 0} />
      {selected.size ? (
        <div className="bulk-bar">
          <Button type="primary" loading={acknowledge.isPending} onClick={() => acknowledge.mutate([...selected])}>
            {t('acknowledgeSelected', { n: selected.size })}
          </Button>
        </div>
      ) : null}
    </>
  )
}
