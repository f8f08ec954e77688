import { usePreferences } from '../shell/preferences'

/** A share between 0 and 1 as per cent; a dash where there is nothing to share. */
export function Share({ value }: { value: number | null | undefined }) {
  const { language } = usePreferences()
  if (value === null || value === undefined) return '–'
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value)
}
