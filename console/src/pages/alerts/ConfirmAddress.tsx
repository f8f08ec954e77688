import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useSend } from '../../api/useSend'
import { FormFields } from '../../parts/fields/FormFields'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import type { Channel } from './channelFields'
import { CHANNEL_WORDS } from './words'

/** The code that was sent to an email address: until it is entered, no alert goes there. */
export function ConfirmAddress({ channel }: { channel: Channel }) {
  const t = useWords(CHANNEL_WORDS)
  const params = { path: { channel_id: channel.id } }
  const [values, setValues] = useState({ code: '' })
  const confirm = useSend((api, code: string) =>
    api.client.POST('/v1/alert-channels/{channel_id}/confirm', { params, body: { code } }),
  )
  const send = useSend((api, _: undefined) =>
    api.client.POST('/v1/alert-channels/{channel_id}/confirmation', { params, body: {} }),
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate(values.code.trim())
      }}
    >
      <Alert
        type="info"
        title={send.isSuccess ? t('codeSent', { address: channel.target }) : t('codeHint', { address: channel.target })}
      />
      <FormFields
        fields={[{ name: 'code', label: t('code'), kind: 'text', required: true, maxLength: 8 }]}
        values={values}
        onChange={setValues}
        error={confirm.error}
      />
      <ProblemAlert error={confirm.error ?? send.error} />
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={confirm.isPending}>
          {t('confirm')}
        </Button>
        <Button loading={send.isPending} onClick={() => send.mutate(undefined)}>
          {t('newCode')}
        </Button>
      </div>
    </form>
  )
}
