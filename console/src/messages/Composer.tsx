import { Alert, Button } from 'antd'
import { useId, useState } from 'react'
import { useCodeParts } from '../api/codes'
import { useSend } from '../api/useSend'
import { ProblemAlert } from '../parts/ProblemAlert'
import { useDraft } from '../parts/useDraft'
import { useWords } from '../words/useWords'
import { Templates } from './Templates'
import { lengthOf, useMessageCheck } from './useMessageCheck'
import { WORDS } from './words'
import '../actions/actions.css'

/** A reply to the buyer. Both rules of a message are checked while it is typed, in the API's own words. */
export function Composer({ orderId }: { orderId: string }) {
  const t = useWords(WORDS)
  const id = useId()
  const { value: text, change, clear } = useDraft(`message:${orderId}`, '')
  const [empty, setEmpty] = useState(false)
  const { limits } = useCodeParts('limits')
  const check = useMessageCheck(orderId, text)
  const send = useSend(
    (api, written: string) =>
      api.client.POST('/v1/orders/{order_id}/messages', {
        params: { path: { order_id: orderId } },
        body: { text: written },
      }),
    (_, sent) => clear(sent),
  )
  const wrong = empty && !text.trim() ? t('empty') : check.problem
  return (
    <form
      className="composer no-print"
      aria-label={t('reply')}
      onSubmit={(event) => {
        event.preventDefault()
        setEmpty(!text.trim())
        if (text.trim() && !send.isPending) send.mutate(text)
      }}
    >
      <div className="field">
        <label htmlFor={id}>
          {t('reply')} <small className="quiet">{t('rule')}</small>
        </label>
        <textarea
          id={id}
          rows={4}
          value={text}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={`${id}-below`}
          onChange={(event) => {
            if (!send.isPending) send.reset()
            change(event.target.value)
          }}
        />
        <div id={`${id}-below`} className="composer-below" aria-live="polite">
          {wrong ? <p className="field-error">{wrong}</p> : null}
          <small className="quiet">
            {limits ? t('ofMost', { n: lengthOf(text), most: limits.message_characters }) : null}
          </small>
        </div>
      </div>
      <Templates orderId={orderId} onUse={change} />
      <ProblemAlert error={send.error} />
      {send.isSuccess ? <Alert type="success" showIcon title={t('sent')} /> : null}
      <Button htmlType="submit" type="primary" loading={send.isPending}>
        {t('send')}
      </Button>
    </form>
  )
}
