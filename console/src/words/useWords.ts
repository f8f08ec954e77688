import { useCallback } from 'react'
import { usePreferences } from '../shell/preferences'
import { fill, type Words } from './language'

/** A function that gives a text of the table in the page's language. */
export function useWords<Table extends Words>(table: Table) {
  const { language } = usePreferences()
  return useCallback(
    (name: keyof Table, values?: Record<string, string | number>) =>
      fill((table[name] as readonly [string, string])[language === 'en' ? 0 : 1], values),
    [table, language],
  )
}
