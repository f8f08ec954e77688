import { useApi } from './client'
import type { components } from './schema'

type Codes = components['schemas']['CodesView']

/**
 * Parts of `GET /v1/codes`: every code that a form offers, with its label in the page's language. They change with a
 * release only, so that each set of parts is asked for once; until it is there, they are undefined.
 */
export function useParts<Name extends keyof Codes>(...names: Name[]): Required<Pick<Codes, Name>> | undefined {
  const answer = useApi().useQuery(
    'get',
    '/v1/codes',
    { params: { query: { include: names.join(',') } } },
    { staleTime: Number.POSITIVE_INFINITY },
  )
  return answer.data as Required<Pick<Codes, Name>> | undefined
}
