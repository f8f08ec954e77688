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
import { useExportFields } from './fields'
import { bodyOf, draftOf, type ExportDraft, isExact, zoneOf } from './form'
import { WORDS } from './words'

/** A new export. What the address names is filled in; each such address has a draft of its own. */
export function ExportForm({ onStarted }: { onStarted: () => void }) {
  const t = useWords(WORDS)
  const { language } = usePreferences()
  const [search] = useSearchParams()
  const { value, change, clear } = useDraft(`export:${search}`, draftOf(search, language))
  const zone = zoneOf(value, useZone())
  const fields = useExportFields(value)
  // A request that is sent again is the same request: its window ends when it was sent first.
  const sentAt = useRef<string>(undefined)
  const start = useSend(
    (api, draft: ExportDraft) => {
      sentAt.current ??= new Date().toISOString()
      return api.client.POST('/v1/exports', { body: bodyOf(draft, zone, sentAt.current) })
    },
    () => {
      clear()
      onStarted()
    },
  )
  const shown = shownDays(value, zone)
  function set(next: ExportDraft) {
    sentAt.current = undefined
    change({
      ...next,
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
