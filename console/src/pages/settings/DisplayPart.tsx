import { FormFields } from '../../parts/fields/FormFields'
import type { Values } from '../../parts/fields/field'
import { type Theme, usePreferences } from '../../shell/preferences'
import { LANGUAGES, type Language } from '../../words/language'
import { useWords } from '../../words/useWords'
import { DISPLAY_WORDS } from './words'

const THEMES: Theme[] = ['system', 'light', 'dark']

export default function DisplayPart() {
  const t = useWords(DISPLAY_WORDS)
  const { language, theme, setLanguage, setTheme } = usePreferences()
  return (
    <section className="card">
      <FormFields<Values>
        fields={[
          {
            name: 'language',
            label: t('language'),
            kind: 'choice',
            required: true,
            options: Object.entries(LANGUAGES).map(([code, label]) => ({ code, label })),
          },
          {
            name: 'theme',
            label: t('theme'),
            kind: 'choice',
            required: true,
            options: THEMES.map((code) => ({ code, label: t(code) })),
          },
        ]}
        values={{ language, theme }}
        onChange={(chosen) => {
          setLanguage(chosen.language as Language)
          setTheme(chosen.theme as Theme)
        }}
      />
      <p className="quiet">{t('kept')}</p>
    </section>
  )
}
