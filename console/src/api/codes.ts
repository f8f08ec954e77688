import type { Option } from '../parts/fields/field'
import { usePreferences } from '../shell/preferences'

/** The codes of a kind with their labels, in the API's order. */
const CODES = {
  frequency: {
    never: ['Never paid', '未付款'],
    once: ['Once', '一次'],
    repeat: ['Repeatedly', '多次'],
    frequent: ['Often', '经常'],
  },
  amount: { small: ['Small', '低'], middle: ['Middle', '中'], large: ['Large', '高'] },
  severity: { info: ['Information', '一般'], warning: ['Warning', '重要'], critical: ['Critical', '紧急'] },
} satisfies Record<string, Record<string, [string, string]>>

export function useCodes(kind: keyof typeof CODES): Option[] {
  const { language } = usePreferences()
  return Object.entries<[string, string]>(CODES[kind]).map(([code, [en, zh]]) => ({
    code,
    label: language === 'en' ? en : zh,
  }))
}
