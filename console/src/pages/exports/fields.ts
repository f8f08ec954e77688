import { useCodeParts } from '../../api/codes'
import type { Field, Option } from '../../parts/fields/field'
import { useMoment, useZone } from '../../parts/times'
import { useWords } from '../../words/useWords'
import { type ExportDraft, isExact, OWN_COLUMNS, USUAL, zoneOf } from './form'
import { WORDS } from './words'

/** What the API offers for exports; undefined until it has answered. */
export function useOffer() {
  const parts = useCodeParts(
    'export_kinds',
    'export_formats',
    'export_columns',
    'export_layouts',
    'export_cadences',
    'languages',
    'statuses',
    'time_zones',
  )
  return parts.export_kinds && (parts as Required<typeof parts>)
}

export type Offer = NonNullable<ReturnType<typeof useOffer>>

/** The kind of export that the form asks for. */
export function kindOf(offer: Offer, draft: { kind: string }) {
  return offer.export_kinds.find(({ code }) => code === draft.kind) ?? offer.export_kinds[0]
}

/** The fields of the form: a new one is one line here. The first are always seen, the others on request. */
export function useExportFields(offer: Offer, draft: ExportDraft): { first: Field[]; more: Field[] } {
  const t = useWords(WORDS)
  const format = useMoment()
  const storeZone = useZone()
  const zone = zoneOf(draft, storeZone)
  const kind = kindOf(offer, draft)
  const layouts = offer.export_layouts.filter((each) => each.kind === draft.kind)
  const columns = offer.export_columns.filter(({ kinds }) => kinds.includes(draft.kind))
  const own = (name: keyof typeof WORDS): Option => ({ code: name, label: t(name) })
  const hasWindow = () => kind?.takes_window ?? true
  const isOwnWindow = () => hasWindow() && draft.window === 'own'
  const hint = (day: string) =>
    isExact(day) ? t('exactHint', { at: format(day, true, zone) }) : t('zoneHint', { zone })
  const choice = (name: keyof ExportDraft, label: keyof typeof WORDS, options: Option[]): Field => ({
    name,
    label: t(label),
    kind: 'choice',
    required: true,
    options,
  })
  return {
    first: [
      choice('kind', 'kind', offer.export_kinds),
      choice(
        'format',
        'format',
        offer.export_formats.filter(({ code }) => kind?.formats.includes(code)),
      ),
      { ...choice('window', 'window', [own('last_3_months'), own('all'), own('own')]), applies: hasWindow },
      { name: 'from', label: t('from'), kind: 'day', hint: hint(draft.from), applies: isOwnWindow },
      { name: 'to', label: t('to'), kind: 'day', hint: hint(draft.to), applies: isOwnWindow },
      { name: 'status', label: t('status'), kind: 'several', options: offer.statuses, applies: hasWindow },
    ],
    more: [
      choice('layout', 'layout', [
        { code: USUAL, label: t('usualLayout') },
        ...layouts,
        { code: OWN_COLUMNS, label: t('ownColumns') },
      ]),
      choice('language', 'language', offer.languages),
      choice('recipient', 'recipient', [own('full'), own('masked')]),
      choice('time_zone', 'timeZone', [
        { code: USUAL, label: t('storeZone', { zone: storeZone }) },
        ...offer.time_zones.map((code) => ({ code, label: code })),
      ]),
      { name: 'bom', label: t('bom'), kind: 'mark', hint: t('bomHint'), applies: () => draft.format === 'csv' },
      {
        name: 'columns',
        label: t('columns'),
        kind: 'several',
        hint: t('columnsHint'),
        options: columns,
        applies: () => draft.layout === OWN_COLUMNS,
      },
    ],
  }
}
