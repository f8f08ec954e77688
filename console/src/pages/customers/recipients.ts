import type { Api } from '../../api/client'
import type { components, paths } from '../../api/types'
import { segmentOf } from '../customer/address'

type Query = NonNullable<paths['/v1/customers']['get']['parameters']['query']>
type Result = components['schemas']['ItemResult']
export type Text = Pick<components['schemas']['MessageItem'], 'text' | 'template_id'>

/** Customers who were chosen one by one, or all of a list but for the blocked ones. */
export type Recipients = { buyers: string[] } | { query: Query }

const PAGE = 200
/** Orders in one request: fewer than the API takes, so that a request ends well within its 20 seconds. */
const BATCH = 100
const AT_ONCE = 6

export type Progress = (done: number, total: number | null) => void

/** The latest order of each recipient: an order message needs an order. Somebody without an order gets none. */
export async function latestOrders(api: Api, recipients: Recipients, progress: Progress): Promise<string[]> {
  const buyers = 'buyers' in recipients ? recipients.buyers : await everyBuyer(api, recipients.query, progress)
  const found: string[] = []
  for (let at = 0; at < buyers.length; at += AT_ONCE) {
    progress(at, buyers.length)
    const answers = await Promise.all(
      buyers.slice(at, at + AT_ONCE).map((buyer) =>
        api.client.GET('/v1/customers/{buyer_id}/orders', {
          params: { path: { buyer_id: segmentOf(buyer) }, query: { limit: 1 } },
        }),
      ),
    )
    found.push(...answers.flatMap(({ data }) => data?.data[0]?.order_id ?? []))
  }
  return found
}

async function everyBuyer(api: Api, query: Query, progress: Progress): Promise<string[]> {
  const buyers: string[] = []
  let cursor: string | undefined
  do {
    const { data } = await api.client.GET('/v1/customers', { params: { query: { ...query, limit: PAGE, cursor } } })
    buyers.push(...(data?.data.filter(({ blocked }) => !blocked).map(({ buyer_id }) => buyer_id) ?? []))
    progress(buyers.length, null)
    cursor = data?.page.next_cursor ?? undefined
  } while (cursor)
  return buyers
}

/** One message to each order, in requests of BATCH orders. A dry run writes nothing. */
export async function write(
  api: Api,
  orders: string[],
  text: Text,
  dryRun: boolean,
  progress: Progress,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < orders.length; at += BATCH) {
    progress(at, orders.length)
    const items = orders.slice(at, at + BATCH).map((order_id) => ({ order_id, ...text }))
    const { data } = await api.client.POST('/v1/bulk/message', { body: { items, dry_run: dryRun } })
    results.push(...(data?.results ?? []))
  }
  return results
}
