import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { type Language, preferredLanguage } from '../words/language'

export type Theme = 'light' | 'dark' | 'system'

interface Preferences {
  language: Language
  theme: Theme
  dark: boolean
  setLanguage: (language: Language) => void
  setTheme: (theme: Theme) => void
}

const Context = createContext<Preferences | null>(null)
const darkQuery = matchMedia('(prefers-color-scheme: dark)')

function subscribe(changed: () => void) {
  darkQuery.addEventListener('change', changed)
  return () => darkQuery.removeEventListener('change', changed)
}

function keptTheme(): Theme {
  const kept = localStorage.getItem('theme')
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Language and theme: what the person chose, kept in this browser. Nothing else is kept there. */
export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(preferredLanguage)
  const [theme, setTheme] = useState(keptTheme)
  const systemIsDark = useSyncExternalStore(subscribe, () => darkQuery.matches)
  const dark = theme === 'dark' || (theme === 'system' && systemIsDark)
  useEffect(() => {
    localStorage.setItem('language', language)
    document.documentElement.lang = language
  }, [language])
  useEffect(() => {
    localStorage.setItem('theme', theme)
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }, [theme, dark])
  const value = useMemo(() => ({ language, theme, dark, setLanguage, setTheme }), [language, theme, dark])
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function usePreferences(): Preferences {
  const preferences = useContext(Context)
  if (!preferences) throw new Error('usePreferences is used outside of PreferencesProvider')
  return preferences
}
