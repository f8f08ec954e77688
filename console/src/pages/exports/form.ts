import type { components } from '../../api/types'
import { dayAfter, startOf } from '../../parts/fields/days'

type NewExport = components['schemas']['NewExport']

/** What stands in the form. `from` and `to` are days (`to` included), or exact moments that came with the address. */
export interface ExportDraft {
  kind: string
  format: string
  window: string
  from: string
  to: string
  status: string[]
  layout: string
  columns: string[]
  language: string
  recipient: string
  time_zone: string
  /** A .csv begins with a byte order mark, as Excel wants it. */
  bom: boolean
}

export const OWN_COLUMNS = 'own'
/** The layout of the language, and the zone of the store. */
export const USUAL = 'usual'
const FIRST_DAY = '2000-01-01T00:00:00Z'

/** The form as it begins, filled in from the address. */
export function draftOf(search: URLSearchParams, language: string): ExportDraft {
  const from = search.get('placed_from') ?? ''
  const to = search.get('placed_to') ?? ''
  return {
    kind: search.get('kind') ?? 'orders',
    format: search.get('format') ?? 'xls',
    window: from || to ? 'own' : (search.get('window') ?? 'last_3_months'),
    from,
    to,
    status: search.get('status')?.split(',') ?? [],
    layout: USUAL,
    columns: [],
    language,
    recipient: 'full',
    time_zone: USUAL,
    bom: true,
  }
}

/** The zone of the file, in which its days begin. */
export function zoneOf({ time_zone }: ExportDraft, storeZone: string): string {
  return time_zone === USUAL ? storeZone : time_zone
}

export const isExact = (day: string) => day.includes('T')

/**
 * The request. `now`: the end of a window that has none; a window without a beginning begins with the first order.
 * `takesWindow`: the kind is of a window and of statuses.
 */
export function bodyOf(draft: ExportDraft, zone: string, now: string, takesWindow: boolean): NewExport {
  const day = (text: string, days: number) => (isExact(text) ? text : startOf(dayAfter(text, days), zone))
  const windows: Record<string, () => NewExport['window']> = {
    all: () => ({ from: FIRST_DAY, to: now }),
    own: () => ({ from: draft.from ? day(draft.from, 0) : FIRST_DAY, to: draft.to ? day(draft.to, 1) : now }),
  }
  const body = {
    kind: draft.kind,
    format: draft.format,
    window: takesWindow ? windows[draft.window]?.() : undefined,
    status: (takesWindow && draft.status.join(',')) || undefined,
    layout: [OWN_COLUMNS, USUAL].includes(draft.layout) ? undefined : draft.layout,
    columns: draft.layout === OWN_COLUMNS ? draft.columns : undefined,
    language: draft.language,
    recipient: draft.recipient,
    time_zone: draft.time_zone === USUAL ? undefined : draft.time_zone,
    bom: draft.format === 'csv' ? draft.bom : undefined,
  }
  return body as NewExport
}
