import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useNavigate } from 'react-router'
import { useApi } from '../../api/client'
import { useCodes } from '../../api/codes'
import { useRole } from '../../api/queries'
import type { paths } from '../../api/types'
import { DataTable } from '../../parts/DataTable'
import { AddressFilters } from '../../parts/fields/AddressFilters'
import { Pager } from '../../parts/Pager'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Tabs } from '../../parts/Tabs'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { openCustomer } from '../customer/address'
import { COLUMNS } from './columns'
import { PARAMETERS, useFilters } from './filters'
import type { Recipients } from './recipients'
import { WORDS } from './words'
import './customers.css'

const GroupMessage = lazy(() => import('./GroupMessage'))
const NOBODY: ReadonlySet<string> = new Set()

export default function CustomersPage() {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const frequencies = useCodes('frequency')
  const filters = useFilters()
  const query = useQueryOf<NonNullable<paths['/v1/customers']['get']['parameters']['query']>>(PARAMETERS)
  const customers = useApi().useQuery('get', '/v1/customers', { params: { query } })
  const mayWrite = ['owner', 'staff'].includes(useRole() ?? '')
  const [selected, setSelected] = useState(NOBODY)
  const [recipients, setRecipients] = useState<Recipients | null>(null)
  const { cursor: _, ...group } = query
  const rows = customers.data?.data
  return (
    <>
      <h1>{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={[
          { query: '', label: t('all') },
          ...frequencies.map(({ code, label }) => ({ query: `frequency=${code}`, label })),
          { query: 'blocked=true', label: t('blocked') },
          { query: 'opted_out=true', label: t('optedOut') },
        ]}
      />
      <AddressFilters filters={filters} />
      <p className="quiet">{t('groupNote')}</p>
      <ProblemAlert error={customers.error} onRetry={customers.refetch} />
      {customers.error ? null : (
        <DataTable
          label={t('title')}
          columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
          rows={rows}
          rowKey={({ buyer_id }) => buyer_id}
          empty={t('none')}
          onOpen={({ buyer_id }) => navigate(openCustomer(buyer_id))}
          selected={mayWrite ? selected : undefined}
          onSelect={mayWrite ? setSelected : undefined}
        />
      )}
      <Pager page={customers.data?.page} shown={rows?.length ?? 0} />
      {mayWrite && rows?.length ? (
        <div className={selected.size ? 'bulk-bar' : 'toolbar'}>
          {selected.size ? (
            <>
              <span>{t('selected', { n: selected.size })}</span>
              <Button type="primary" onClick={() => setRecipients({ buyers: [...selected] })}>
                {t('writeSelected')}
              </Button>
              <Button onClick={() => setSelected(NOBODY)}>{t('clearSelection')}</Button>
            </>
          ) : null}
          {query.blocked ? null : <Button onClick={() => setRecipients({ query: group })}>{t('writeAll')}</Button>}
        </div>
      ) : null}
      <Suspense>
        {recipients ? <GroupMessage recipients={recipients} onClose={() => setRecipients(null)} /> : null}
      </Suspense>
    </>
  )
}
