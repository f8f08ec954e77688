import { useWords } from '../../words/useWords'
import { WORDS } from '../words'
import { split } from './duration'

/** A function that writes a duration of the API in days, hours or minutes. */
export function useDurationWords() {
  const t = useWords(WORDS)
  return (iso: string) => {
    const { count, unit } = split(iso)
    return t(unit, { n: count })
  }
}
