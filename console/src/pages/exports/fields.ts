import { useCounters } from '../../api/queries'
import type { Field, Option } from '../../parts/fields/field'
import { useMoment, useZone } from '../../parts/times'
import { LANGUAGES } from '../../words/language'
import { useWords } from '../../words/useWords'
import { useChoices } from './choices'
import { type ExportDraft, isExact, USUAL, zoneOf } from './form'
import { WORDS } from './words'

export const FORMATS: Option[] = ['xls', 'xlsx', 'csv'].map((code) => ({ code, label: `.${code}` }))
const ZONES: Option[] = Intl.supportedValuesOf('timeZone').map((code) => ({ code, label: code }))
/** Kinds that hold all that there is now: they have no window and no status. */
const OF_ALL = ['shipments', 'picks', 'customers']

/** The fields of the form: a new one is one line here. The first are always seen, the others on request. */
export function useExportFields(draft: ExportDraft): { first: Field[]; more: Field[] } {
  const t = useWords(WORDS)
  const storeZone = useZone()
  const zone = zoneOf(draft, storeZone)
  const format = useMoment()
  const counters = useCounters()
  const kinds = useChoices('export_kind')
  const layouts = useChoices('layout')
  const own = (name: keyof typeof WORDS): Option => ({ code: name, label: t(name) })
  const statuses = Object.entries(counters.data?.statuses ?? {}).map(([code, { label }]) => ({ code, label }))
  const hasWindow = !OF_ALL.includes(draft.kind)
  const isOwnWindow = () => hasWindow && draft.window === 'own'
  const hint = (day: string) =>
    isExact(day) ? t('exactHint', { at: format(day, true, zone) }) : t('zoneHint', { zone })
  return {
    first: [
      { name: 'kind', label: t('kind'), kind: 'choice', required: true, options: kinds },
      { name: 'format', label: t('format'), kind: 'choice', required: true, options: FORMATS },
      {
        name: 'window',
        label: t('window'),
        kind: 'choice',
        required: true,
        options: [own('last_3_months'), own('all'), own('own')],
        applies: () => hasWindow,
      },
      { name: 'from', label: t('from'), kind: 'day', hint: hint(draft.from), applies: isOwnWindow },
      { name: 'to', label: t('to'), kind: 'day', hint: hint(draft.to), applies: isOwnWindow },
      { name: 'status', label: t('status'), kind: 'several', options: statuses, applies: () => hasWindow },
    ],
    more: [
      {
        name: 'layout',
        label: t('layout'),
        kind: 'choice',
        required: true,
        options: [{ code: USUAL, label: t('usualLayout') }, ...layouts],
      },
      {
        name: 'language',
        label: t('language'),
        kind: 'choice',
        required: true,
        options: Object.entries(LANGUAGES).map(([code, label]) => ({ code, label })),
      },
      {
        name: 'recipient',
        label: t('recipient'),
        kind: 'choice',
        required: true,
        options: [own('full'), own('masked')],
      },
      {
        name: 'time_zone',
        label: t('timeZone'),
        kind: 'choice',
        required: true,
        options: [{ code: USUAL, label: t('storeZone', { zone: storeZone }) }, ...ZONES],
      },
    ],
  }
}
