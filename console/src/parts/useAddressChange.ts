import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/**
 * Changes parameters of the address. A change begins from what stands there now: the page may not show the last change
 * yet, and two quick ones would lose the first.
 */
export function useAddressChange() {
  const [, setSearch] = useSearchParams()
  return useCallback(
    (change: (parameters: URLSearchParams) => void) => {
      const parameters = new URLSearchParams(window.location.search)
      change(parameters)
      setSearch(parameters)
    },
    [setSearch],
  )
}
