import { useNavigate } from 'react-router'
import { useApi, useStoreId } from '../../api/client'
import { useCodes } from '../../api/codes'
import type { paths } from '../../api/types'
import { useTabCounts } from '../../api/useTabCounts'
import { PagedTable } from '../../parts/PagedTable'
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
          ...stages.map(({ code, label }) => ({ query: `stage=${code}`, label, ...counts[code] })),
        ]}
      />
      <PagedTable
        label={t('title')}
        columns={COLUMNS}
        t={t}
        list={disputes}
        rowKey={({ dispute_id }) => dispute_id}
        empty={t('none')}
        onOpen={({ dispute_id }) => navigate(openDispute(store, dispute_id))}
      />
    </>
  )
}
