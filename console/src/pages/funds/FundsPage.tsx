import { useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { useStore } from '../../api/queries'
import type { components, paths } from '../../api/types'
import { AddressFilters, type Filter } from '../../parts/fields/AddressFilters'
import { Loading } from '../../parts/Loading'
import { PagedTable } from '../../parts/PagedTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Tabs } from '../../parts/Tabs'
import { useMoment } from '../../parts/times'
import { useQueryOf } from '../../parts/useQueryOf'
import { useWords } from '../../words/useWords'
import { type List as Columns, ENTRIES, HELD, UNEXPLAINED } from './lists'
import { Totals } from './Totals'
import { WORDS } from './words'
import './funds.css'

type TotalsView = components['schemas']['TotalsView']
type QueryOf<Path extends '/v1/funds/held' | '/v1/funds/entries' | '/v1/funds/unexplained'> = NonNullable<
  paths[Path]['get']['parameters']['query']
>

export default function FundsPage() {
  const t = useWords(WORDS)
  const moment = useMoment()
  const totals = useApi().useQuery('get', '/v1/funds')
  const [search] = useSearchParams()
  const list = search.get('list')
  const entries = useRef<HTMLHeadingElement>(null)
  const opened = `${list} ${search.get('kind')} ${search.get('flow')}`
  const first = useRef(opened)
  useEffect(() => {
    // A total that was chosen shows its entries, also where they stand below the screen.
    if (first.current !== opened) entries.current?.scrollIntoView({ block: 'nearest' })
  }, [opened])
  const filters = useFilters(totals.data)
  return (
    <>
      <h1>{t('title')}</h1>
      <ProblemAlert error={totals.error} onRetry={totals.refetch} />
      {totals.data ? (
        <>
          {totals.data.data.map((each) => (
            <Totals key={each.currency} of={each} />
          ))}
          <p className="quiet">
            {totals.data.data.length ? t('rule') : t('noMoney')} {t('asOf', { time: moment(totals.data.as_of) })}
          </p>
        </>
      ) : totals.error ? null : (
        <Loading />
      )}
      <h2 ref={entries}>{t('lists')}</h2>
      <Tabs
        label={t('lists')}
        tabs={[
          { query: '', label: t('held') },
          { query: 'list=entries', label: t('moved') },
          { query: 'list=unexplained', label: t('unexplained') },
        ]}
      />
      {list === 'entries' ? (
        <>
          <AddressFilters filters={filters.entries} />
          <EntriesList />
        </>
      ) : list === 'unexplained' ? (
        <UnexplainedList />
      ) : (
        <>
          <AddressFilters filters={filters.held} />
          <HeldList />
        </>
      )}
    </>
  )
}

/** The choices of the filters are the names of the totals, which the API gives. */
function useFilters(totals: TotalsView | undefined): { held: Filter[]; entries: Filter[] } {
  const t = useWords(WORDS)
  const own = useStore()?.currency ?? ''
  const named = (side: 'held' | 'moved') =>
    Object.entries(totals?.data[0]?.[side] ?? {}).map(([code, { label }]) => ({ code, label }))
  const currency: Filter = {
    name: 'currency',
    label: t('currency'),
    kind: 'choice',
    unchosen: t('ownCurrency', { currency: own }),
    options: totals?.data.map((each) => ({ code: each.currency, label: each.currency })),
  }
  return {
    held: [
      { name: 'kind', label: t('kind'), kind: 'choice', options: named('held'), unchosen: t('awaiting') },
      currency,
    ],
    entries: [
      { name: 'flow', label: t('flow'), kind: 'choice', options: named('moved') },
      currency,
      { name: 'at_from', label: t('from'), kind: 'day', moment: true },
      { name: 'at_to', label: t('to'), kind: 'day', moment: true, last: true },
    ],
  }
}

function HeldList() {
  const query = useQueryOf<QueryOf<'/v1/funds/held'>>(HELD.parameters)
  return <List list={HELD} answer={useApi().useQuery('get', '/v1/funds/held', { params: { query } })} />
}

function EntriesList() {
  const query = useQueryOf<QueryOf<'/v1/funds/entries'>>(ENTRIES.parameters)
  return <List list={ENTRIES} answer={useApi().useQuery('get', '/v1/funds/entries', { params: { query } })} />
}

function UnexplainedList() {
  const query = useQueryOf<QueryOf<'/v1/funds/unexplained'>>(UNEXPLAINED.parameters)
  return <List list={UNEXPLAINED} answer={useApi().useQuery('get', '/v1/funds/unexplained', { params: { query } })} />
}

interface Answer<Row> {
  data: { data: Row[]; page: components['schemas']['PageInfo'] } | undefined
  error: unknown
  refetch: () => void
}

function List<Row>({ list: { name, columns, rowKey, empty }, answer }: { list: Columns<Row>; answer: Answer<Row> }) {
  const t = useWords(WORDS)
  return <PagedTable label={t(name)} columns={columns} t={t} list={answer} rowKey={rowKey} empty={t(empty)} />
}
