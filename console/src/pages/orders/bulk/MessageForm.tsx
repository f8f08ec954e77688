import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useApi } from '../../../api/client'
import { FormFields } from '../../../parts/fields/FormFields'
import { useDraft } from '../../../parts/useDraft'
import { useWords } from '../../../words/useWords'
import { itemOf } from './actions'
import type { FormProps } from './FieldsForm'
import { WORDS } from './words'

const EMPTY = { template_id: '', text: '' }

/** A template of the store, which the API fills in for each order, or one text for all. The check refuses what is not English. */
export function MessageForm({ chosen, hidden, done, onItems }: FormProps) {
  const t = useWords(WORDS)
  const draft = useDraft('bulk:message', EMPTY)
  const [missing, setMissing] = useState(false)
  const { clear } = draft
  useEffect(() => {
    if (done.size) clear()
  }, [done, clear])
  const templates = useApi().useQuery('get', '/v1/message-templates', { params: { query: { limit: 200 } } })
  const { template_id, text } = draft.value
  return (
    <form
      hidden={hidden}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setMissing(!template_id && !text.trim())
        const body = template_id ? { template_id } : { text }
        if (template_id || text.trim()) onItems(chosen.map((each) => itemOf(each, body)))
      }}
    >
      <FormFields
        fields={[
          {
            name: 'template_id',
            label: t('template'),
            kind: 'choice',
            unchosen: t('ownText'),
            options: templates.data?.data.map(({ template_id: code, name }) => ({ code, label: name })),
          },
          { name: 'text', label: t('text'), kind: 'long', maxLength: 20000, applies: (values) => !values.template_id },
        ]}
        values={draft.value}
        onChange={draft.change}
      />
      {missing ? (
        <p role="alert" className="wrong">
          {t('needMessage')}
        </p>
      ) : null}
      <p className="quiet">{t('checkHow')}</p>
      <Button type="primary" htmlType="submit">
        {t('check')}
      </Button>
    </form>
  )
}
