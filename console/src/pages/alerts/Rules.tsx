import { Button } from 'antd'
import { useApi } from '../../api/client'
import { useCodes } from '../../api/codes'
import type { components } from '../../api/types'
import { useSend } from '../../api/useSend'
import { minutesOf } from '../../parts/fields/duration'
import { FormFields } from '../../parts/fields/FormFields'
import type { Field } from '../../parts/fields/field'
import { useDurationWords } from '../../parts/fields/useDurationWords'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useMoment } from '../../parts/times'
import { useDraft } from '../../parts/useDraft'
import { useWords } from '../../words/useWords'
import { bodyOf, formOf, type RulesForm } from './rulesForm'
import { RULE_WORDS } from './words'
import './alerts.css'

type View = components['schemas']['AlertRulesView']

/** Leads that are offered for each timer, beside those that are set. */
const USUAL_LEADS = ['P3D', 'P2D', 'P1D', 'PT12H', 'PT4H', 'PT1H', 'PT0S']
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour))

export default function Rules() {
  const rules = useApi().useQuery('get', '/v1/alert-rules', {})
  return (
    <>
      <ProblemAlert error={rules.error} onRetry={rules.refetch} />
      {rules.data ? <RulesOf rules={rules.data} /> : rules.error ? null : <Loading />}
    </>
  )
}

function RulesOf({ rules }: { rules: View }) {
  const t = useWords(RULE_WORDS)
  const moment = useMoment()
  const timers = useCodes('timer')
  const written = useDurationWords()
  const templates = useApi().useQuery('get', '/v1/message-templates', { params: { query: { limit: 200 } } })
  const draft = useDraft<RulesForm>('alert-rules', formOf(rules))
  const form = draft.value
  const save = useSend(
    (api, body: RulesForm) => api.client.PUT('/v1/alert-rules', { body: bodyOf(body) }),
    (_, sent) => draft.saved(sent),
  )
  const lead = (iso: string) => (minutesOf(iso) === 0 ? t('atDue') : t('before', { time: written(iso) }))
  const leads = (timer: string): Field['options'] =>
    [...new Set([...USUAL_LEADS, ...(rules.leads[timer] ?? [])])]
      .sort((one, other) => (minutesOf(other) ?? 0) - (minutesOf(one) ?? 0))
      .map((code) => ({ code, label: lead(code) }))
  /** The parts of the form: a new field is one line here, its name in words.ts, and its place in rulesForm.ts. */
  const parts: { title: keyof typeof RULE_WORDS; note?: string; fields: Field[] }[] = [
    {
      title: 'quiet',
      note: t('zone', { zone: rules.time_zone }),
      fields: [
        { name: 'quiet', label: t('quietOn'), kind: 'mark' },
        { name: 'start', label: t('start'), kind: 'time', required: true, applies: ({ quiet }) => quiet === true },
        { name: 'end', label: t('end'), kind: 'time', required: true, applies: ({ quiet }) => quiet === true },
      ],
    },
    {
      title: 'digest',
      note: t('zone', { zone: rules.time_zone }),
      fields: [
        {
          name: 'digest_hour',
          label: t('digestHour'),
          kind: 'choice',
          unchosen: t('noDigest'),
          options: HOURS.map((code) => ({ code, label: `${code.padStart(2, '0')}:00` })),
        },
      ],
    },
    { title: 'unanswered', fields: [{ name: 'unanswered_after', label: t('unansweredAfter'), kind: 'duration' }] },
    {
      title: 'reminders',
      note: rules.remind_payment.since ? t('since', { time: moment(rules.remind_payment.since) }) : undefined,
      fields: [
        { name: 'enabled', label: t('remindOn'), kind: 'mark', hint: t('remindHint') },
        { name: 'after', label: t('after'), kind: 'duration', applies: ({ enabled }) => enabled === true },
        {
          name: 'template_id',
          label: t('template'),
          kind: 'choice',
          unchosen: t('usual'),
          options: templates.data?.data.map(({ template_id, name }) => ({ code: template_id, label: name })),
        },
        { name: 'exempt_countries', label: t('exempt'), kind: 'text', applies: ({ enabled }) => enabled === true },
      ],
    },
  ]
  return (
    <form
      className="rules"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(form)
      }}
    >
      {parts.map(({ title, note, fields }) => (
        <section key={title} className="card">
          <h2>{t(title)}</h2>
          {note ? <p className="quiet">{note}</p> : null}
          <FormFields fields={fields} values={form} onChange={draft.change} error={save.error} />
        </section>
      ))}
      <section className="card leads">
        <h2>{t('leads')}</h2>
        <p className="quiet">{t('leadsHint')}</p>
        <FormFields
          fields={timers
            .filter(({ code }) => code in rules.leads)
            .map(({ code, label }) => ({ name: code, label, kind: 'several', options: leads(code) }))}
          values={form.leads}
          onChange={(next) => draft.change({ ...form, leads: next })}
          error={save.error}
        />
      </section>
      <ProblemAlert error={save.error} />
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('save')}
        </Button>
        <span role="status">{save.isSuccess && !draft.isTyped ? t('saved') : ''}</span>
      </div>
    </form>
  )
}
