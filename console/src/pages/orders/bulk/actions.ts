import { orderRow } from '../../../actions/table'
import { bodyOf } from '../../../actions/values'
import { useCodeParts } from '../../../api/codes'
import type { paths } from '../../../api/types'
import { useWords } from '../../../words/useWords'
import { WORDS } from './words'

/** The actions of the contract for many orders: an action that it does not have fails the build. */
type BulkPath = Extract<keyof paths, `/v1/bulk/${string}`>
export type BulkName = BulkPath extends `/v1/bulk/${infer Name}` ? Name : never

/** In the order in which the bar shows them. */
export const BULK: BulkName[] = [
  'ship',
  'remind_payment',
  'extend_receipt',
  'accept_cancellation',
  'reject_cancellation',
  'message',
]

/** What a button says of each action, in the API's words; a message is no action of an order, and has ours. */
export function useBulkLabel(): (action: BulkName) => string {
  const t = useWords(WORDS)
  const { actions } = useCodeParts('actions')
  return (action) => actions?.find(({ code }) => code === action)?.label ?? (action === 'message' ? t(action) : action)
}

/** The actions that at least one order could take by its status, as the API says; all while that is not known. */
export function usePossible(statuses: ReadonlySet<string>): BulkName[] {
  const { actions } = useCodeParts('actions')
  return BULK.filter((name) => {
    const possible = actions?.find(({ code }) => code === name)?.statuses
    return !possible || possible.some((status) => statuses.has(status))
  })
}

/** An order as it was when it was selected. */
export interface Chosen {
  order_id: string
  version: number
  status: string
}

/** One order of a request: the fields of the action, and the version that it is meant for. */
export interface Item {
  order_id: string
  if_match: number
  [field: string]: unknown
}

export function itemOf({ order_id, version }: Chosen, body: Record<string, unknown>): Item {
  return { order_id, if_match: version, ...body }
}

/** The same body for every order, from the action's form. */
export function sameForAll(name: string, values: Parameters<typeof bodyOf>[1], chosen: readonly Chosen[]): Item[] {
  const body = bodyOf(orderRow(name), values, {})
  return chosen.map((each) => itemOf(each, body))
}
