import createClient, { type Client, type Middleware } from 'openapi-fetch'
import createHooks, { type OpenapiQueryClient } from 'openapi-react-query'
import { createContext, useContext } from 'react'
import { accessToken, renewToken } from '../session/session'
import type { Language } from '../words/language'
import { endKey, isFinal, takeKey } from './idempotency'
import { problemOf } from './problem'
import type { paths } from './schema'

export interface Api extends OpenapiQueryClient<paths> {
  client: Client<paths>
}

/** A client for one store and one language. Answers that are no success are thrown as `Problem`. */
export function createApi(baseUrl: string, store: string | null, language: Language): Api {
  const keys = new Map<string, string>()
  const headers: Middleware = {
    async onRequest({ request, id }) {
      request.headers.set('Authorization', `Bearer ${await accessToken()}`)
      request.headers.set('Accept', 'application/json')
      request.headers.set('Accept-Language', language)
      if (store) request.headers.set('X-Store-Id', store)
      if (request.method === 'POST') {
        const taken = await takeKey(store ?? '', new URL(request.url).pathname, await request.clone().text())
        request.headers.set('Idempotency-Key', taken.key)
        keys.set(id, taken.name)
      }
      return request
    },
    async onResponse({ response, id }) {
      const name = keys.get(id)
      keys.delete(id)
      if (name && isFinal(response)) endKey(name)
      if (!response.ok) throw await problemOf(response)
    },
  }
  const client = createClient<paths>({ baseUrl, fetch: fetchOnceMore })
  client.use(headers)
  return { client, ...createHooks(client) }
}

/** A token that ended is renewed once; then the same request goes out again. */
async function fetchOnceMore(request: Request): Promise<Response> {
  const again = request.clone()
  const response = await fetch(request)
  if (response.status !== 401 || !(await renewToken())) return response
  again.headers.set('Authorization', `Bearer ${await accessToken()}`)
  return fetch(again)
}

export const ApiContext = createContext<{ api: Api; store: string } | null>(null)

export function useApi(): Api {
  return useScope().api
}

export function useStoreId(): string {
  return useScope().store
}

function useScope() {
  const scope = useContext(ApiContext)
  if (!scope) throw new Error('useApi is used outside of a store')
  return scope
}
