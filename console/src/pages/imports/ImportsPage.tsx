import { Link, useNavigate, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { POLL } from '../../api/polling'
import { ForSellers } from '../../parts/ForSellers'
import { PagedTable } from '../../parts/PagedTable'
import { useWords } from '../../words/useWords'
import { COLUMNS } from './columns'
import { ImportDetail } from './ImportDetail'
import './imports.css'
import { NewImport } from './NewImport'
import { isOpen } from './states'
import { WORDS } from './words'

/** Begin an import, or follow the one that the address names. */
export default function ImportsPage() {
  const t = useWords(WORDS)
  const [search, setSearch] = useSearchParams()
  const importId = search.get('import')
  return (
    <>
      <h1>{t('title')}</h1>
      <ForSellers>
        {importId ? (
          <>
            <p>
              <Link to="?">{t('all')}</Link>
            </p>
            <ImportDetail key={importId} importId={importId} onNext={(next) => setSearch({ import: next })} />
          </>
        ) : (
          <>
            <h2>{t('newImport')}</h2>
            <NewImport onSent={(next) => setSearch({ import: next })} />
            <h2>{t('history')}</h2>
            <History />
          </>
        )}
      </ForSellers>
    </>
  )
}

function History() {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const jobs = useApi().useQuery(
    'get',
    '/v1/imports',
    { params: { query: { cursor: search.get('cursor') ?? undefined, limit: 20 } } },
    { refetchInterval: ({ state }) => (state.data?.data.some(isOpen) ? POLL : false) },
  )
  return (
    <PagedTable
      label={t('history')}
      columns={COLUMNS}
      t={t}
      list={jobs}
      rowKey={({ id }) => id}
      empty={t('none')}
      onOpen={({ id }) => navigate(`?import=${id}`)}
    />
  )
}
