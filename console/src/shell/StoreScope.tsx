import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { ApiContext, createApi } from '../api/client'
import { Problem } from '../api/problem'
import { usePreferences } from './preferences'

const ATTEMPTS = 3

function retries(failures: number, error: unknown): boolean {
  if (failures >= ATTEMPTS - 1) return false
  return error instanceof Problem ? error.isTemporary : error instanceof TypeError
}

function delay(failures: number, error: unknown): number {
  const asked = error instanceof Problem ? error.retryAfter : null
  return asked ? asked * 1000 : 500 * 2 ** failures
}

/** The API and its cache for one store and one language. Another store or language begins with an empty cache. */
export function StoreScope({
  baseUrl,
  store,
  children,
}: {
  baseUrl: string
  store: string | null
  children: ReactNode
}) {
  const { language } = usePreferences()
  const scope = useMemo(() => {
    const defaults = { retry: retries, retryDelay: delay }
    const cache = new QueryClient({
      // A list that is open is asked again when the window comes to the front: another person may have changed it.
      defaultOptions: { queries: { ...defaults, staleTime: 5_000, refetchOnWindowFocus: true }, mutations: defaults },
    })
    return { cache, value: { api: createApi(baseUrl, store, language), store: store ?? '' } }
  }, [baseUrl, store, language])
  return (
    <QueryClientProvider client={scope.cache}>
      <ApiContext value={scope.value}>{children}</ApiContext>
    </QueryClientProvider>
  )
}
