import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { Loading } from '../../parts/Loading'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'
import './settings.css'

/** A new part of the settings is one line here and its name in words.ts. */
const PARTS = {
  store: lazy(() => import('./StorePart')),
  deadlines: lazy(() => import('./DeadlinesPart')),
  templates: lazy(() => import('./TemplatesPart')),
  members: lazy(() => import('./MembersPart')),
  display: lazy(() => import('./DisplayPart')),
}

export default function SettingsPage() {
  const t = useWords(WORDS)
  const asked = useSearchParams()[0].get('show') as keyof typeof PARTS
  const names = Object.keys(PARTS) as (keyof typeof PARTS)[]
  const Part = PARTS[asked] ?? PARTS.store
  return (
    <div className="settings">
      <h1>{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={names.map((name, index) => ({ query: index ? `show=${name}` : '', label: t(name) }))}
      />
      <Suspense fallback={<Loading />}>
        <Part />
      </Suspense>
    </div>
  )
}
