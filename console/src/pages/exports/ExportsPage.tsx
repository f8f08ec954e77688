import { useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { POLL } from '../../api/polling'
import { useRole } from '../../api/queries'
import { ForSellers } from '../../parts/ForSellers'
import { Loading } from '../../parts/Loading'
import { PagedTable } from '../../parts/PagedTable'
import { useWords } from '../../words/useWords'
import { COLUMNS } from './columns'
import { ExportForm } from './ExportForm'
import './exports.css'
import { useOffer } from './fields'
import { Schedule } from './Schedule'
import { isUnderWay } from './states'
import { WORDS } from './words'

export default function ExportsPage() {
  const t = useWords(WORDS)
  const role = useRole()
  const [search, setSearch] = useSearchParams()
  const [started, setStarted] = useState(false)
  const history = useRef<HTMLHeadingElement>(null)
  const offer = useOffer()
  const asked = [...search].filter(([name]) => name !== 'order' && name !== 'cursor')
  function show() {
    setStarted(true)
    setSearch({})
    history.current?.scrollIntoView()
    history.current?.focus()
  }
  return (
    <>
      <h1>{t('title')}</h1>
      <ForSellers>
        <h2>{t('newExport')}</h2>
        {offer ? <ExportForm key={String(asked)} offer={offer} onStarted={show} /> : <Loading />}
        <h2 ref={history} tabIndex={-1} className="history">
          {t('history')}
        </h2>
        <p role="status">{started ? t('started') : null}</p>
        <History />
        {role === 'owner' && offer ? <Schedule offer={offer} /> : null}
      </ForSellers>
    </>
  )
}

function History() {
  const t = useWords(WORDS)
  const [search] = useSearchParams()
  const cursor = search.get('cursor') ?? undefined
  const jobs = useApi().useQuery(
    'get',
    '/v1/exports',
    { params: { query: { cursor, limit: 20 } } },
    { refetchInterval: ({ state }) => (state.data?.data.some(isUnderWay) ? POLL : false) },
  )
  return (
    <PagedTable label={t('history')} columns={COLUMNS} t={t} list={jobs} rowKey={({ id }) => id} empty={t('none')} />
  )
}
