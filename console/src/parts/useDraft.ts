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

interface Typed<Value> {
  value: Value
  /** What was stored when this was saved. */
  savedOver?: string
}

/**
 * What a person types, kept in the tab until it is sent: a reload, a lost session or a closed drawer loses nothing.
 * `name` says which form of which thing, such as `ship:8190000000000001`. A form in which nothing is typed shows
 * `initial` as it is now; one in which something is typed stays as it is, whatever becomes of `initial`.
 *
 * `clear` and `saved` take what was sent: where a person has typed on since then, everything stays.
 */
export function useDraft<Value>(name: string, initial: Value) {
  const key = keyOf(useStoreId(), name)
  const [typed, setTyped] = useState<Typed<Value> | null>(() => {
    const kept = sessionStorage.getItem(key)
    return kept ? { value: JSON.parse(kept) as Value } : null
  })
  const stored = JSON.stringify(initial)
  const isShown = typed !== null && (typed.savedOver === undefined || typed.savedOver === stored)
  const change = useCallback(
    (next: Value) => {
      sessionStorage.setItem(key, JSON.stringify(next))
      setTyped({ value: next })
    },
    [key],
  )
  const clear = useCallback(
    (sent?: Value) => {
      if (isTypedOn(key, sent)) return
      sessionStorage.removeItem(key)
      setTyped(null)
    },
    [key],
  )
  /** What is sent is stored, and the page does not know it yet: it stays in sight until `initial` is another. */
  const saved = useCallback(
    (sent: Value) => {
      if (isTypedOn(key, sent)) return
      sessionStorage.removeItem(key)
      setTyped({ value: sent, savedOver: stored })
    },
    [key, stored],
  )
  return {
    value: isShown ? typed.value : initial,
    isTyped: isShown && typed.savedOver === undefined,
    change,
    clear,
    saved,
  }
}
