import type { ComponentType } from 'react'
import { useSearchParams } from 'react-router'
import { Tabs } from '../../parts/Tabs'
import { useWords } from '../../words/useWords'
import { Reminders } from './Reminders'
import { Sales } from './Sales'
import { ServiceLevel } from './ServiceLevel'
import { WORDS } from './words'

/** A new report is one line here and its name in words.ts. */
const REPORTS: Record<'sales' | 'service' | 'reminders', ComponentType> = {
  sales: Sales,
  service: ServiceLevel,
  reminders: Reminders,
}

export default function ReportsPage() {
  const t = useWords(WORDS)
  const asked = useSearchParams()[0].get('report') as keyof typeof REPORTS
  const names = Object.keys(REPORTS) as (keyof typeof REPORTS)[]
  const Report = REPORTS[asked] ?? Sales
  return (
    <>
      <h1>{t('title')}</h1>
      <Tabs
        label={t('title')}
        tabs={names.map((name, index) => ({ query: index ? `report=${name}` : '', label: t(name) }))}
      />
      <Report />
    </>
  )
}
