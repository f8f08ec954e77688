import { Button } from 'antd'
import { useId, useState } from 'react'
import { useApi } from '../api/client'
import { ProblemAlert } from '../parts/ProblemAlert'
import { useWords } from '../words/useWords'
import { WORDS } from './words'

/** A template, filled for this order by the API, is read before it is used. */
export function Templates({ orderId, onUse }: { orderId: string; onUse: (text: string) => void }) {
  const t = useWords(WORDS)
  const id = useId()
  const [chosen, setChosen] = useState('')
  const api = useApi()
  const templates = api.useQuery('get', '/v1/message-templates', { params: { query: { limit: 200 } } })
  const preview = api.useQuery(
    'post',
    '/v1/message-templates/{template_id}/preview',
    { params: { path: { template_id: chosen } }, body: { order_id: orderId } },
    { enabled: chosen !== '', retry: false },
  )
  if (!templates.data?.data.length) return null
  return (
    <div className="field">
      <label htmlFor={id}>{t('template')}</label>
      <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
        <option value="">{t('chooseTemplate')}</option>
        {templates.data.data.map(({ template_id, name }) => (
          <option key={template_id} value={template_id}>
            {name}
          </option>
        ))}
      </select>
      {chosen ? <ProblemAlert error={preview.error} /> : null}
      {chosen && preview.data ? (
        <figure className="preview">
          <figcaption className="quiet">{t('preview')}</figcaption>
          <blockquote>{preview.data.text}</blockquote>
          <Button
            size="small"
            onClick={() => {
              onUse(preview.data.text)
              setChosen('')
            }}
          >
            {t('use')}
          </Button>
        </figure>
      ) : null}
    </div>
  )
}
