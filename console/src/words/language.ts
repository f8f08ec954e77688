/** The console's two languages. The API's own texts come in the same one, by Accept-Language. */
export type Language = 'en' | 'zh-CN'

/** A table of texts: one row a text, English first. `{name}` stands for a value. */
export type Words = Record<string, readonly [en: string, zh: string]>

export const LANGUAGES: Record<Language, string> = { en: 'English', 'zh-CN': '中文' }

export function preferredLanguage(): Language {
  const kept = localStorage.getItem('language')
  if (kept === 'en' || kept === 'zh-CN') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}
