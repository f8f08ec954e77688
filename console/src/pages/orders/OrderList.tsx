import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useNavigate } from 'react-router'
import { useApi } from '../../api/client'
import { DataTable } from '../../parts/DataTable'
import { Pager } from '../../parts/Pager'
import { useWords } from '../../words/useWords'
import { openOrder } from '../order/address'
import { BulkBar } from './bulk/BulkBar'
import { useSelection } from './bulk/useSelection'
import { COLUMNS } from './columns'
import type { OrdersQuery } from './query'
import { Refused } from './Refused'
import { WORDS } from './words'

const WITH_PRODUCT = { include: 'first_line' } as const

interface Props {
  query: OrdersQuery
  /** The query without the page of the list. */
  filter: OrdersQuery
  isSeller: boolean
}

export function OrderList({ query, filter, isSeller }: Props) {
  const t = useWords(WORDS)
  const navigate = useNavigate()
  const api = useApi()
  const cache = useQueryClient()
  const orders = useQuery(api.queryOptions('get', '/v1/orders', { params: { query: { ...query, ...WITH_PRODUCT } } }))
  const next = orders.data?.page.next_cursor
  useEffect(() => {
    const page = { params: { query: { ...filter, cursor: next ?? undefined, ...WITH_PRODUCT } } }
    if (next) void cache.prefetchQuery(api.queryOptions('get', '/v1/orders', page))
  }, [api, cache, filter, next])
  const rows = orders.error ? [] : orders.data?.data
  const selection = useSelection(filter, rows)
  return (
    <>
      <Refused error={orders.error} query={query} onRetry={orders.refetch} />
      {orders.error ? null : (
        <DataTable
          label={t('title')}
          columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
          rows={rows}
          rowKey={({ order_id }) => order_id}
          empty={<WhyEmpty filtered={Object.keys(filter).some((name) => name !== 'sort')} />}
          onOpen={({ order_id }) => navigate(openOrder(order_id))}
          selected={isSeller ? selection.selected : undefined}
          onSelect={isSeller ? selection.select : undefined}
        />
      )}
      {orders.data && !orders.error ? <Pager page={orders.data.page} shown={orders.data.data.length} /> : null}
      {isSeller ? <BulkBar selection={selection} filter={filter} more={Boolean(next || query.cursor)} /> : null}
    </>
  )
}

function WhyEmpty({ filtered }: { filtered: boolean }) {
  const t = useWords(WORDS)
  return (
    <>
      {t(filtered ? 'noneMatches' : 'none')}{' '}
      {filtered ? <Link to={{ search: '' }}>{t('allOrders')}</Link> : <Link to="../imports">{t('toImports')}</Link>}
    </>
  )
}
