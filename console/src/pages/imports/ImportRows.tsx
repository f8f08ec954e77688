import { useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { POLL } from '../../api/polling'
import type { Import } from '../../api/types'
import { PagedTable } from '../../parts/PagedTable'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { rowColumns } from './columns'
import { Effects } from './Effects'
import { isUnderWay } from './states'
import { WORDS } from './words'

const STATES = ['created', 'updated', 'unchanged', 'failed'] as const
type RowState = (typeof STATES)[number]
/** What the states of a row are in a tracking sheet. */
const OF_TRACKING = { created: 'ships', updated: 'changes', unchanged: 'unchanged', failed: 'refused' } as const

/** The rows of an import, told apart by what became of them, or of a preview by what would. */
export function ImportRows({ job }: { job: Import }) {
  const t = useWords(WORDS)
  const [search] = useSearchParams()
  const state = STATES.find((each) => each === search.get('state'))
  const total = STATES.reduce((sum, name) => sum + job.counts[name], 0)
  const rows = useApi().useQuery(
    'get',
    '/v1/imports/{import_id}/rows',
    { params: { path: { import_id: job.id }, query: { state, cursor: search.get('cursor') ?? undefined } } },
    { enabled: total > 0, refetchInterval: isUnderWay(job) ? 2 * POLL : false },
  )
  if (!total) return null
  const name = (each: RowState) => t(job.kind === 'tracking' ? OF_TRACKING[each] : each)
  const address = (each?: RowState) => {
    const next = new URLSearchParams(search)
    next.delete('cursor')
    next.delete('order')
    next.delete('action')
    if (each) next.set('state', each)
    else next.delete('state')
    return String(next)
  }
  const columns = rowColumns(!state || state === 'failed')
  return (
    <>
      <h2>{t('rows')}</h2>
      <Tabs
        label={t('rows')}
        tabs={[
          { query: address(), label: t('everyRow'), count: total },
          ...STATES.map((each) => ({ query: address(each), label: name(each), count: job.counts[each] })),
        ]}
      />
      {job.kind === 'tracking' && job.counts.created ? <Effects job={job} /> : null}
      <PagedTable
        label={t('rows')}
        columns={columns}
        t={t}
        list={rows}
        rowKey={({ row }) => String(row)}
        empty={t('noRows')}
      />
    </>
  )
}
