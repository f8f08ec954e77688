import { useCallback, useState } from 'react'
import { useStoreId } from '../api/client'

const keyOf = (store: string, name: string) => `draft:${store}:${name}`

/** Whether a person has typed in this form and not sent it. */
export function hasDraft(store: string, name: string): boolean {
  return sessionStorage.getItem(keyOf(store, name)) !== null
}

/** Whether a person has typed on since this was sent. */
function isTypedOn<Value>(key: string, sent: Value | undefined): boolean {
  const kept = sessionStorage.getItem(key)
  return sent !== undefined && kept !== null && kept !== JSON.stringify(sent)
}

/**
 * What a person types, kept in the tab until it is sent: a reload, a lost session or a closed drawer loses nothing.
 * `name` says which form of which thing, such as `ship:8190000000000001`.
 *
 * `clear` and `forget` take what was sent: where a person has typed on since then, everything stays.
 */
export function useDraft<Value>(name: string, initial: Value) {
  const key = keyOf(useStoreId(), name)
  const [value, setValue] = useState<Value>(() => {
    const kept = sessionStorage.getItem(key)
    return kept ? (JSON.parse(kept) as Value) : initial
  })
  const change = useCallback(
    (next: Value) => {
      sessionStorage.setItem(key, JSON.stringify(next))
      setValue(next)
    },
    [key],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first value is fixed for the life of the form
  const clear = useCallback(
    (sent?: Value) => {
      if (isTypedOn(key, sent)) return
      sessionStorage.removeItem(key)
      setValue(initial)
    },
    [key],
  )
  /** What is kept goes, and what is shown stays: the form is about to be filled anew. */
  const forget = useCallback(
    (sent?: Value) => {
      if (!isTypedOn(key, sent)) sessionStorage.removeItem(key)
    },
    [key],
  )
  return { value, change, clear, forget }
}
