import { useEffect, useState } from 'react'
import { useApi } from '../api/client'

const PAUSE = 500

/**
 * What the API says of a message while it is typed, by a dry run that writes nothing: the rules stay with the API.
 * `problem` is its sentence, which names the first character that is not allowed; null where the text can be sent.
 */
export function useMessageCheck(orderId: string, text: string): { problem: string | null; checked: boolean } {
  const [paused, setPaused] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  const check = useApi().useQuery(
    'post',
    '/v1/bulk/message',
    { body: { items: [{ order_id: orderId, text: paused }], dry_run: true } },
    { enabled: paused.trim() !== '', staleTime: Number.POSITIVE_INFINITY, gcTime: 60_000 },
  )
  const checked = text === paused && check.data !== undefined
  const problem = checked ? check.data?.results[0]?.problem : undefined
  return { checked, problem: problem ? (problem.errors?.[0]?.message ?? problem.detail) : null }
}

/** The length as the API counts it: code points, with CR LF as one. */
export function lengthOf(text: string): number {
  return Array.from(text.replaceAll('\r\n', '\n')).length
}
