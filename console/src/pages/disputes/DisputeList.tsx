import { useNavigate } from 'react-router'
import { useApi, useStoreId } from '../../api/client'
import { useCodes } from '../../api/codes'
import type { paths } from '../../api/types'
import { useTabCounts } from '../../api/useTabCounts'
import { DataTable } from '../../parts/DataTable'
import { Pager } from '../../parts/Pager'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Tabs } from '../../parts/Tabs'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { openDispute } from './address'
import { COLUMNS } from './columns'
import { DISPUTE_WORDS } from './words'

type Query = NonNullable<paths['/v1/disputes']['get']['parameters']['query']>
const PARAMETERS = ['stage', 'limit', 'cursor']

export function DisputeList() {
  const t = useWords(DISPUTE_WORDS)
  const navigate = useNavigate()
  const store = useStoreId()
  const stages = useCodes('stage')
  const query = useQueryOf<Query>(PARAMETERS)
  const disputes = useApi().useQuery('get', '/v1/disputes', { params: { query } })
  const open = stages.map(({ code }) => code).filter((code) => code !== 'ended')
  const counts = useTabCounts('/v1/disputes', 'stage', open)
  return (
    <>
      <h1>{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={[
          { query: '', label: t('all') },
          ...stages.map(({ code, label }) => ({ query: `stage=${code}`, label, count: counts[code] })),
        ]}
      />
      <ProblemAlert error={disputes.error} onRetry={disputes.refetch} />
      {disputes.error ? null : (
        <DataTable
          label={t('title')}
          columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
          rows={disputes.data?.data}
          rowKey={({ dispute_id }) => dispute_id}
          empty={t('none')}
          onOpen={({ dispute_id }) => navigate(openDispute(store, dispute_id))}
        />
      )}
      <Pager page={disputes.data?.page} shown={disputes.data?.data.length ?? 0} />
    </>
  )
}
