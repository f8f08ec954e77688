import { useRef } from 'react'

/** The same act, once at a time: a second press before the first one has ended does nothing, and answers with nothing. */
export function useOnce<Given extends unknown[], Result>(act: (...given: Given) => Promise<Result>) {
  const isUnderWay = useRef(false)
  return async (...given: Given): Promise<Result | undefined> => {
    if (isUnderWay.current) return undefined
    isUnderWay.current = true
    try {
      return await act(...given)
    } finally {
      isUnderWay.current = false
    }
  }
}
