import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Api, useApi, useStoreId } from '../../api/client'
import { useRole } from '../../api/queries'
import type { Order } from '../../api/types'
import { DataTable } from '../../parts/DataTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Progress } from '../../parts/Progress'
import { useWords } from '../../words/useWords'
import { ListHead } from './ListHead'
import { LISTS } from './lists'
import { PACKING_COLUMNS } from './packing'
import { WORDS } from './words'

/** As many as a page of orders; the export has no such limit. */
const MOST = 200
const AT_ONCE = 5

/** What is to be packed, order by order, the most urgent first: for the packing table. */
export function ShipmentList() {
  const t = useWords(WORDS)
  const api = useApi()
  const store = useStoreId()
  const role = useRole()
  const [reveal, setReveal] = useState(false)
  const [part, setPart] = useState(0)
  const list = useQuery({
    queryKey: ['shipment-list', store, reveal],
    queryFn: () => gather(api, reveal, setPart),
    // Each look at a whole address is recorded: it is asked for again only on request.
    refetchOnWindowFocus: !reveal,
  })
  if (list.error) return <ProblemAlert error={list.error} onRetry={list.refetch} />
  if (!list.data) return <Progress label={t('gathering')} percent={part ? part * 100 : undefined} />
  return (
    <>
      <ListHead title={t('list')} orders={list.data.orders.length} kind="shipments">
        {role && role !== 'viewer' ? (
          <label className="reveal">
            <input type="checkbox" checked={reveal} onChange={(event) => setReveal(event.target.checked)} />
            {t('reveal')}
          </label>
        ) : null}
      </ListHead>
      {list.data.more ? <p className="cut-off">{t('firstOnly', { n: MOST })}</p> : null}
      <DataTable
        label={t('list')}
        columns={PACKING_COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
        rows={list.data.orders}
        rowKey={({ order_id }) => order_id}
        empty={t('nothing')}
      />
    </>
  )
}

/** The orders of the list one by one: a list of orders has no lines and no recipient. */
async function gather(api: Api, reveal: boolean, onPart: (part: number) => void) {
  const query = { ...LISTS.all.query('', ''), limit: MOST }
  const { data: page } = await api.client.GET('/v1/orders', { params: { query } })
  const ids = page?.data.map(({ order_id }) => order_id) ?? []
  const orders: Order[] = []
  for (let done = 0; done < ids.length; done += AT_ONCE) {
    const some = await Promise.all(
      ids.slice(done, done + AT_ONCE).map((order_id) =>
        api.client.GET('/v1/orders/{order_id}', {
          params: { path: { order_id }, query: reveal ? { reveal: 'recipient' } : {} },
        }),
      ),
    )
    for (const { data } of some) if (data) orders.push(data)
    onPart(Math.min(1, (done + AT_ONCE) / ids.length))
  }
  return { orders, more: page?.page.next_cursor !== null }
}
