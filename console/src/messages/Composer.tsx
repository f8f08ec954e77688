import { Alert, Button } from 'antd'
import { useEffect, useId, useState } from 'react'
import type { ActionRow } from '../actions/fields'
import { StaleChange } from '../actions/StaleChange'
import { useCodeParts } from '../api/codes'
import { Problem } from '../api/problem'
import { useRefresh } from '../api/queries'
import { useSend } from '../api/useSend'
import { Changes } from '../history/Changes'
import { ProblemAlert } from '../parts/ProblemAlert'
import { useDraft } from '../parts/useDraft'
import { useWords } from '../words/useWords'
import { Templates } from './Templates'
import { lengthOf, useMessageCheck } from './useMessageCheck'
import { WORDS } from './words'
import '../actions/actions.css'

const ROW: ActionRow = { fields: [{ name: 'text', kind: 'text', label: 'text' }] }

/**
 * A reply to the buyer. Both rules of a message are checked while it is typed, in the API's own words. It is meant for
 * the `version` of the order that is shown: where somebody has changed the order, it is not sent before that was seen.
 */
export function Composer({ orderId, version }: { orderId: string; version: number | undefined }) {
  const t = useWords(WORDS)
  const id = useId()
  const { value: text, change, clear } = useDraft(`message:${orderId}`, '')
  const [empty, setEmpty] = useState(false)
  const { limits } = useCodeParts('limits')
  const check = useMessageCheck(orderId, text)
  const send = useSend(
    (api, { written, seen }: { written: string; seen: number | undefined }) =>
      api.client.POST('/v1/orders/{order_id}/messages', {
        params: { path: { order_id: orderId }, header: { 'If-Match': seen === undefined ? undefined : `"${seen}"` } },
        body: { text: written },
      }),
    (_, sent) => clear(sent.written),
  )
  const problem = send.error instanceof Problem ? send.error : null
  const current = problem?.status === 412 ? problem.body.current_version : undefined
  const base = send.variables?.seen
  const refresh = useRefresh()
  useEffect(() => {
    if (current !== undefined) void refresh()
  }, [current, refresh])
  const wrong = empty && !text.trim() ? t('empty') : check.problem
  return (
    <form
      className="composer no-print"
      aria-label={t('reply')}
      onSubmit={(event) => {
        event.preventDefault()
        setEmpty(!text.trim())
        if (text.trim() && !send.isPending) send.mutate({ written: text, seen: version })
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
            if (!send.isPending && current === undefined) send.reset()
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
      {current === undefined ? (
        <ProblemAlert error={send.error} />
      ) : (
        <StaleChange
          row={ROW}
          values={{ text }}
          base={base}
          current={current}
          changes={base === undefined ? null : <Changes orderId={orderId} since={base} />}
          onSend={() => send.mutate({ written: text, seen: current })}
          onDiscard={() => {
            clear()
            send.reset()
          }}
        />
      )}
      {send.isSuccess ? <Alert type="success" showIcon title={t('sent')} /> : null}
      {current === undefined ? (
        <Button htmlType="submit" type="primary" loading={send.isPending}>
          {t('send')}
        </Button>
      ) : null}
    </form>
  )
}
