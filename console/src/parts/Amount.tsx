import type { Money } from '../api/types'
import { usePreferences } from '../shell/preferences'

/** An amount with its currency. The decimals are those that the API gives: they are never rounded here. */
export function Amount({ value }: { value: Money | undefined }) {
  const { language } = usePreferences()
  if (!value) return <span>–</span>
  return (
    <span className="amount">
      {grouped(value.amount, language)} <small>{value.currency}</small>
    </span>
  )
}

/** The decimal string with its whole part grouped; a float is never made of it. */
export function grouped(amount: string, language: string): string {
  const [whole = '0', decimals] = amount.split('.')
  const text = BigInt(whole).toLocaleString(language)
  const sign = whole.startsWith('-') && !text.startsWith('-') ? '-' : ''
  return decimals === undefined ? sign + text : `${sign}${text}.${decimals}`
}
