import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

/** The parameters of the address that a list is asked with, by their names. */
export function useQueryOf<Query>(names: readonly string[]): Query {
  const [search] = useSearchParams()
  const text = String(search)
  return useMemo(() => {
    const pairs = [...new URLSearchParams(text)].filter(([name]) => names.includes(name))
    return Object.fromEntries(pairs) as Query
  }, [text, names])
}
