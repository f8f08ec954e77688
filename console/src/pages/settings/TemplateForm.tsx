import { Button } from 'antd'
import { useState } from 'react'
import { useApi } from '../../api/client'
import { useCodeParts } from '../../api/codes'
import { useSend } from '../../api/useSend'
import { ConfirmButton } from '../../parts/ConfirmButton'
import { FormFields } from '../../parts/fields/FormFields'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useDraft } from '../../parts/useDraft'
import { useWords } from '../../words/useWords'
import type { Template } from './TemplatesPart'
import { TEMPLATE_WORDS } from './words'

export function TemplateForm({
  template,
  mayChange,
  onSaved,
  onClose,
}: {
  template: Template | undefined
  mayChange: boolean
  onSaved: (template: Template) => void
  onClose: () => void
}) {
  const t = useWords(TEMPLATE_WORDS)
  const variables = useCodeParts('message_variables').message_variables ?? []
  const draft = useDraft(`template:${template?.template_id ?? 'new'}`, {
    name: template?.name ?? '',
    text: template?.text ?? '',
  })
  const form = draft.value
  const save = useSend<typeof form, Template>(
    (api, body) =>
      template
        ? api.client.PUT('/v1/message-templates/{template_id}', {
            params: { path: { template_id: template.template_id } },
            body,
          })
        : api.client.POST('/v1/message-templates', { body }),
    (saved, sent) => {
      draft.saved(sent)
      onSaved(saved)
    },
  )
  const remove = useSend(
    (api, template_id: string) =>
      api.client.DELETE('/v1/message-templates/{template_id}', { params: { path: { template_id } } }),
    () => {
      draft.clear()
      onClose()
    },
  )
  return (
    <section className="card">
      <h2>{template?.name ?? t('new')}</h2>
      {mayChange ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate(form)
          }}
        >
          <FormFields
            fields={[
              { name: 'name', label: t('name'), kind: 'text', required: true },
              { name: 'text', label: t('text'), kind: 'long', required: true, hint: t('variablesHint') },
            ]}
            values={form}
            onChange={draft.change}
            error={save.error}
          />
          <fieldset className="variables">
            <legend>{t('variables')}</legend>
            {variables.map(({ code, label }) => (
              <Button
                key={code}
                size="small"
                title={t('insert', { name: `{${code}}` })}
                onClick={() => draft.change({ ...form, text: `${form.text}{${code}}` })}
              >
                {label}
              </Button>
            ))}
          </fieldset>
          <ProblemAlert error={save.error ?? remove.error} />
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {t('save')}
            </Button>
            <Button onClick={onClose}>{t('close')}</Button>
            {template ? (
              <ConfirmButton
                label={t('remove')}
                question={t('removeQuestion')}
                loading={remove.isPending}
                onConfirm={() => remove.mutate(template.template_id)}
              />
            ) : null}
          </div>
        </form>
      ) : (
        <p>{template?.text}</p>
      )}
      {template ? <Preview template={template} /> : null}
    </section>
  )
}

function Preview({ template }: { template: Template }) {
  const t = useWords(TEMPLATE_WORDS)
  const newest = useApi().useQuery('get', '/v1/orders', { params: { query: { limit: 1 } } })
  const [typed, setTyped] = useState<string | null>(null)
  const order = typed ?? newest.data?.data[0]?.order_id ?? ''
  const preview = useSend((api, order_id: string) =>
    api.client.POST('/v1/message-templates/{template_id}/preview', {
      params: { path: { template_id: template.template_id } },
      body: { order_id },
    }),
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        preview.mutate(order.trim())
      }}
    >
      <h3>{t('preview')}</h3>
      <FormFields
        fields={[{ name: 'order', label: t('previewOrder'), kind: 'text', required: true, hint: t('previewHint') }]}
        values={{ order }}
        onChange={(values) => setTyped(values.order)}
        error={preview.error}
      />
      <ProblemAlert error={preview.error} />
      <div className="form-actions">
        <Button htmlType="submit" loading={preview.isPending}>
          {t('show')}
        </Button>
      </div>
      <div role="status">{preview.data ? <blockquote className="preview">{preview.data.text}</blockquote> : null}</div>
    </form>
  )
}
