import { useMutation } from '@tanstack/react-query'
import { type Api, useApi } from './client'
import { useRefresh } from './queries'

/**
 * A change that goes to the API: afterwards everything that is shown is asked again. While the browser is offline the
 * change waits, and it goes out when the network is there again. A request that failed keeps its idempotency key.
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
  return useMutation({
    mutationFn: async (input: Input) => (await send(api, input)).data as Output,
    onSuccess: async (output, input) => {
      done?.(output, input)
      await refresh()
    },
  })
}
