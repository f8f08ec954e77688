import { Alert, Button } from 'antd'
import { useRef } from 'react'
import { useSearchParams } from 'react-router'
import { useSend } from '../../api/useSend'
import { dayIn } from '../../parts/fields/days'
import { FormFields } from '../../parts/fields/FormFields'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useZone } from '../../parts/times'
import { useDraft } from '../../parts/useDraft'
import { usePreferences } from '../../shell/preferences'
import { useWords } from '../../words/useWords'
import { refusedFilters } from './address'
import { kindOf, type Offer, useExportFields } from './fields'
import { bodyOf, draftOf, type ExportDraft, isExact, OWN_COLUMNS, USUAL, zoneOf } from './form'
import { WORDS } from './words'

/** A new export. What the address names is filled in; each such address has a draft of its own. */
export function ExportForm({ offer, onStarted }: { offer: Offer; onStarted: () => void }) {
  const t = useWords(WORDS)
  const { language } = usePreferences()
  const [search] = useSearchParams()
  const { value, change, clear } = useDraft(`export:${search}`, draftOf(search, language))
  const zone = zoneOf(value, useZone())
  const fields = useExportFields(offer, value)
  // A request that is sent again is the same request: its window ends when it was sent first.
  const sentAt = useRef<string>(undefined)
  const start = useSend(
    (api, draft: ExportDraft) => {
      sentAt.current ??= new Date().toISOString()
      const takesWindow = kindOf(offer, draft)?.takes_window ?? true
      return api.client.POST('/v1/exports', { body: bodyOf(draft, zone, sentAt.current, takesWindow) })
    },
    (_, sent) => {
      clear(sent)
      onStarted()
    },
  )
  const shown = shownDays(value, zone)
  function set(next: ExportDraft) {
    sentAt.current = undefined
    change({
      ...withColumns(offer, value, next),
      from: next.from === shown.from ? value.from : next.from,
      to: next.to === shown.to ? value.to : next.to,
    })
  }
  const refused = refusedFilters(search)
  return (
    <form
      className="card export-form"
      onSubmit={(event) => {
        event.preventDefault()
        start.mutate(value)
      }}
    >
      {refused.length ? (
        <Alert type="warning" showIcon title={t('cannotFilter', { filter: refused.join(', ') })} />
      ) : null}
      <FormFields fields={fields.first} values={shown} onChange={set} error={start.error} />
      <details>
        <summary>{t('more')}</summary>
        <FormFields fields={fields.more} values={shown} onChange={set} error={start.error} />
      </details>
      <ProblemAlert error={start.error} onRetry={() => start.mutate(value)} />
      <Button type="primary" htmlType="submit" loading={start.isPending}>
        {t('start')}
      </Button>
    </form>
  )
}

/** The day in which an exact moment lies; a window that ends with a day ends where the next one begins. */
function shownDays(draft: ExportDraft, zone: string): ExportDraft {
  const last = (moment: string) => dayIn(new Date(Date.parse(moment) - 1).toISOString(), zone)
  return {
    ...draft,
    from: isExact(draft.from) ? dayIn(draft.from, zone) : draft.from,
    to: isExact(draft.to) ? last(draft.to) : draft.to,
  }
}

/** Another kind has other layouts and columns. Columns of one's own begin as those of the usual layout. */
function withColumns(offer: Offer, before: ExportDraft, next: ExportDraft): ExportDraft {
  if (next.kind !== before.kind) return { ...next, layout: USUAL, columns: [] }
  if (next.layout !== OWN_COLUMNS || next.columns.length || before.layout === OWN_COLUMNS) return next
  const usual = offer.export_layouts.find(({ kind, language }) => kind === next.kind && language === next.language)
  return { ...next, columns: usual?.columns ?? [] }
}
