import { Button } from 'antd'
import { Problem } from '../../api/problem'
import type { Customer } from '../../api/types'
import { useSend } from '../../api/useSend'
import { BothVersions } from '../../parts/fields/BothVersions'
import { FormFields } from '../../parts/fields/FormFields'
import type { Field } from '../../parts/fields/field'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useDraft } from '../../parts/useDraft'
import { useWords } from '../../words/useWords'
import { segmentOf } from './address'
import { WORDS } from './words'

interface Notes {
  note: string
  tags: string
  blocked: boolean
  reminder_opt_out: boolean
}

function notesOf({ note, tags, blocked, reminder_opt_out }: Customer): Notes {
  return { note: note ?? '', tags: tags.join(', '), blocked, reminder_opt_out }
}

function same(one: Notes, other: Notes): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

interface Props {
  customer: Customer
  mayChange: boolean
  /** Asks the API for the customer again. */
  refetch: () => Promise<{ data: Customer | undefined }>
}

/** The shop's own notes. `base` and `version` are what the form was filled from: a change says which one it is of. */
export function CustomerNotes({ customer, mayChange, refetch }: Props) {
  const t = useWords(WORDS)
  const stored = notesOf(customer)
  const draft = useDraft(`customer:${customer.buyer_id}`, { version: customer.version, base: stored, values: stored })
  const { values } = draft.value
  const path = { buyer_id: segmentOf(customer.buyer_id) }

  const save = useSend(
    async (sender, onto: typeof draft.value) => {
      const { tags, note, ...marks } = onto.values
      const names = tags.split(/[,，]/).map((tag) => tag.trim())
      const body = { ...marks, note: note || null, tags: names.filter(Boolean) }
      const send = (seen: number) =>
        sender.client.PATCH('/v1/customers/{buyer_id}', {
          params: { path, header: { 'If-Match': `"${seen}"` } },
          body,
        })
      try {
        return await send(onto.version)
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.status !== 412) throw problem
        const { data: now } = await refetch()
        // An order of the customer also makes a new version: then there is nothing to choose between.
        if (now && same(notesOf(now), onto.base)) return send(now.version)
        throw problem
      }
    },
    (_, sent) => draft.saved(sent),
  )

  const fields: (Field & { name: keyof Notes })[] = [
    { name: 'tags', label: t('tags'), kind: 'text' },
    { name: 'note', label: t('note'), kind: 'long' },
    { name: 'blocked', label: t('blocked'), kind: 'mark', hint: t('blockedHint') },
    { name: 'reminder_opt_out', label: t('optOut'), kind: 'mark', hint: t('optOutHint') },
  ]
  const said = (value: string | boolean) => (typeof value === 'boolean' ? t(value ? 'yes' : 'no') : value)
  if (!mayChange) {
    return (
      <>
        <h2>{t('notes')}</h2>
        <dl className="facts">
          {fields.map(({ name, label }) => (
            <div key={name}>
              <dt>{label}</dt>
              <dd>{said(stored[name]) || '–'}</dd>
            </div>
          ))}
        </dl>
      </>
    )
  }
  const isLost = save.error instanceof Problem && save.error.status === 412
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(draft.value)
      }}
    >
      <h2>{t('notes')}</h2>
      <FormFields
        fields={fields}
        values={values}
        onChange={(next) => draft.change({ ...draft.value, values: next })}
        error={save.error}
      />
      {isLost ? (
        <BothVersions
          differences={fields
            .filter(({ name }) => values[name] !== stored[name])
            .map(({ name, label }) => ({ label, mine: said(values[name]), theirs: said(stored[name]) }))}
          onMine={() => {
            const next = { version: customer.version, base: stored, values }
            draft.change(next)
            save.mutate(next)
          }}
          onTheirs={() => {
            draft.clear()
            save.reset()
          }}
        />
      ) : (
        <ProblemAlert error={save.error} />
      )}
      <div className="form-actions">
        <Button
          type="primary"
          htmlType="submit"
          loading={save.isPending}
          disabled={!draft.isTyped || same(values, stored)}
        >
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
