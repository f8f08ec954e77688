import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { type Api, useApi } from './client'
import { useRefresh } from './queries'

/**
 * A change that goes to the API: afterwards everything that is shown is asked again. While the browser is offline the
 * change waits, and it goes out when the network is there again. A request that failed keeps its idempotency key. The same
 * change is not sent again while it is under way, so a second press before the page has changed does nothing.
 *
 *     const acknowledge = useSend((api, id: string) =>
 *       api.client.POST('/v1/alerts/{alert_id}/acknowledge', { params: { path: { alert_id: id } }, body: {} }))
 *     <Button loading={acknowledge.isPending} onClick={() => acknowledge.mutate(id)}>
 */
export function useSend<Input, Output>(
  send: (api: Api, input: Input) => Promise<{ data?: Output }>,
  done?: (output: Output, input: Input) => void,
) {
  const api = useApi()
  const refresh = useRefresh()
  const underWay = useRef(new Set<string>())
  const change = useMutation({
    mutationFn: async (input: Input) => (await send(api, input)).data as Output,
    onSuccess: async (output, input) => {
      done?.(output, input)
      await refresh()
    },
    onSettled: (_output, _error, input) => {
      underWay.current.delete(JSON.stringify(input))
    },
  })
  function mutate(input: Input) {
    const key = JSON.stringify(input)
    if (underWay.current.has(key)) return
    underWay.current.add(key)
    change.mutate(input)
  }
  return { ...change, mutate }
}
