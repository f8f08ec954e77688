import { type Query, useQueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Option } from '../parts/fields/field'
import { useApi } from './client'
import type { components } from './schema'

type Codes = Required<components['schemas']['CodesView']>
/** The parts of `GET /v1/codes` that are lists of codes with their labels. */
type ListedPart = { [Name in keyof Codes]: Codes[Name] extends Option[] ? Name : never }[keyof Codes]

const HOUR = 3_600_000

/** What a code says of, and the part of `GET /v1/codes` that has it. */
const PARTS = {
  actor: 'actors',
  alert: 'alert_kinds',
  amount: 'customer_amounts',
  carrier: 'carriers',
  frequency: 'customer_frequencies',
  refund_state: 'refund_states',
  severity: 'alert_severities',
  solution: 'dispute_solutions',
  stage: 'dispute_stages',
  timer: 'timers',
} satisfies Record<string, ListedPart>

/** The API's codes, by their parts: one request for these together, kept for an hour as the API says. */
export function useCodeParts<Name extends keyof Codes>(...names: Name[]): Partial<Pick<Codes, Name>> {
  const include = names.join(',')
  const codes = useApi().useQuery('get', '/v1/codes', { params: { query: { include } } }, { staleTime: HOUR })
  return (codes.data ?? {}) as Partial<Pick<Codes, Name>>
}

/** The codes of a kind with their labels, in the API's order; none until they are known. */
export function useCodes(kind: keyof typeof PARTS): Option[] {
  const part: ListedPart = PARTS[kind]
  return useCodeParts(part)[part] ?? NONE
}
const NONE: Option[] = []

const isOfCodes = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[1] === '/v1/codes'

/** Why the codes could not be read, and a way to ask again for those that are missing. */
export function useFailedCodes(): { error: unknown; retry: () => void } {
  const cache = useQueryClient()
  const queries = cache.getQueryCache()
  const error = useSyncExternalStore(
    (changed) => queries.subscribe(changed),
    () => queries.getAll().find((query) => isOfCodes(query) && query.state.status === 'error')?.state.error ?? null,
  )
  const isFailed = (query: Query) => isOfCodes(query) && query.state.status === 'error'
  return { error, retry: () => void cache.refetchQueries({ predicate: isFailed }) }
}
