import { Button } from 'antd'
import { useApi } from '../../api/client'
import type { components } from '../../api/types'
import { useSend } from '../../api/useSend'
import { FormFields } from '../../parts/fields/FormFields'
import type { Field } from '../../parts/fields/field'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useMoment } from '../../parts/times'
import { useDraft } from '../../parts/useDraft'
import { useWords } from '../../words/useWords'
import type { Offer } from './fields'
import { WORDS } from './words'

type ScheduleView = components['schemas']['ScheduleView']

/** The regular export of the store, which the owner sets. */
export function Schedule({ offer }: { offer: Offer }) {
  const t = useWords(WORDS)
  const schedule = useApi().useQuery('get', '/v1/export-schedule')
  return (
    <>
      <h2>{t('schedule')}</h2>
      <ProblemAlert error={schedule.error} onRetry={schedule.refetch} />
      {schedule.data ? <ScheduleForm offer={offer} schedule={schedule.data} /> : schedule.error ? null : <Loading />}
    </>
  )
}

function ScheduleForm({ offer, schedule }: { offer: Offer; schedule: ScheduleView }) {
  const t = useWords(WORDS)
  const format = useMoment()
  const zone = schedule.time_zone
  const { enabled, cadence, kind, format: file, hour } = schedule
  const stored = { enabled, cadence, kind, format: file, hour: String(hour) }
  const draft = useDraft('export-schedule', stored)
  const { value } = draft
  const save = useSend(
    (api, next: typeof stored) => {
      const body = { ...next, hour: Number(next.hour) } as components['schemas']['ScheduleBody']
      return api.client.PUT('/v1/export-schedule', { body })
    },
    (_, sent) => draft.saved(sent),
  )
  const hours = Array.from({ length: 24 }, (_, each) => ({ code: String(each), label: `${each}:00` }))
  const fields: Field[] = [
    { name: 'enabled', label: t('enabled'), kind: 'mark' },
    { name: 'cadence', label: t('cadence'), kind: 'choice', required: true, options: offer.export_cadences },
    { name: 'kind', label: t('kind'), kind: 'choice', required: true, options: offer.export_kinds },
    { name: 'format', label: t('format'), kind: 'choice', required: true, options: offer.export_formats },
    { name: 'hour', label: t('hour', { zone }), kind: 'choice', required: true, options: hours },
  ]
  return (
    <form
      className="card export-form"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(value)
      }}
    >
      <FormFields fields={fields} values={value} onChange={draft.change} error={save.error} />
      <p>
        {schedule.next_at ? (
          <>
            {t('next')}: <strong>{format(schedule.next_at, true, zone)}</strong> ({zone})
          </>
        ) : (
          t('off')
        )}
      </p>
      <ProblemAlert error={save.error} onRetry={() => save.mutate(value)} />
      <Button htmlType="submit" loading={save.isPending}>
        {t('save')}
      </Button>{' '}
      <span role="status">{save.isSuccess && !draft.isTyped ? t('saved') : null}</span>
    </form>
  )
}
