import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useApi } from '../../api/client'
import { useSend } from '../../api/useSend'
import { ConfirmButton } from '../../parts/ConfirmButton'
import { Copy } from '../../parts/Copy'
import { FormFields } from '../../parts/fields/FormFields'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useMoment } from '../../parts/times'
import { useDraft } from '../../parts/useDraft'
import { Drawer } from '../../shell/Drawer'
import { useWords } from '../../words/useWords'
import { ConfirmAddress } from './ConfirmAddress'
import {
  type Channel,
  type ChannelForm,
  type ChannelKind,
  formOf,
  NEW_CHANNEL,
  useChannelFields,
  useChannelKinds,
} from './channelFields'
import { Deliveries } from './Deliveries'
import { newSecrets } from './secrets'
import { CHANNEL_WORDS } from './words'

export function ChannelDrawer({
  channelId,
  onClose,
  onCreated,
}: {
  channelId: string | null
  onClose: () => void
  onCreated: (id: string) => void
}) {
  const t = useWords(CHANNEL_WORDS)
  return (
    <Drawer open onClose={onClose} size={640} title={channelId ? t('channels') : t('newChannel')}>
      {channelId ? <Existing channelId={channelId} onDeleted={onClose} /> : <New onCreated={onCreated} />}
    </Drawer>
  )
}

/** A draft whose secret is not kept in the browser. */
function useChannelDraft(name: string, initial: ChannelForm) {
  const [secret, setSecret] = useState('')
  const draft = useDraft(name, initial)
  function change(values: ChannelForm) {
    setSecret(values.secret)
    draft.change({ ...values, secret: '' })
  }
  function clear(sent: ChannelForm) {
    setSecret('')
    draft.clear(sent)
  }
  return { value: draft.value, values: { ...draft.value, secret }, secret, change, clear }
}

function New({ onCreated }: { onCreated: (id: string) => void }) {
  const t = useWords(CHANNEL_WORDS)
  const kinds = useChannelKinds()
  const draft = useChannelDraft('channel:new', NEW_CHANNEL)
  const create = useSend(
    (api, { kind, address, url, min_severity, ...form }: ChannelForm) =>
      api.client.POST('/v1/alert-channels', {
        body: {
          ...form,
          kind: kind as ChannelKind,
          ...(kinds.find(({ code }) => code === kind)?.target === 'url' ? { url } : { address }),
          secret: draft.secret || null,
          language: form.language as 'en',
          kinds: form.kinds as never,
          min_severity: (min_severity || null) as null,
        },
      }),
    (channel, sent) => {
      draft.clear(sent)
      if (channel.secret) newSecrets.set(channel.id, channel.secret)
      onCreated(channel.id)
    },
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate(draft.value)
      }}
    >
      <FormFields fields={useChannelFields()} values={draft.values} onChange={draft.change} error={create.error} />
      <ProblemAlert error={create.error} />
      <div className="form-actions">
        <Button type="primary" htmlType="submit" loading={create.isPending}>
          {t('create')}
        </Button>
      </div>
    </form>
  )
}

function Existing({ channelId, onDeleted }: { channelId: string; onDeleted: () => void }) {
  const path = { channel_id: channelId }
  const channel = useApi().useQuery('get', '/v1/alert-channels/{channel_id}', { params: { path } })
  return (
    <>
      <ProblemAlert error={channel.error} onRetry={channel.refetch} />
      {channel.data ? (
        <>
          <Steps channel={channel.data} onDeleted={onDeleted} />
          <Change channel={channel.data} />
        </>
      ) : channel.error ? null : (
        <Loading />
      )}
    </>
  )
}

function Steps({ channel, onDeleted }: { channel: Channel; onDeleted: () => void }) {
  const t = useWords(CHANNEL_WORDS)
  const moment = useMoment()
  const kinds = useChannelKinds()
  const params = { path: { channel_id: channel.id } }
  const [tested, setTested] = useState<string | null>(null)
  const change = useSend((api, enabled: boolean) =>
    api.client.PATCH('/v1/alert-channels/{channel_id}', { params, body: { enabled } }),
  )
  const test = useSend(
    (api, _: undefined) => api.client.POST('/v1/alert-channels/{channel_id}/test', { params, body: {} }),
    ({ id }) => setTested(id),
  )
  const rotate = useSend(
    (api, _: undefined) => api.client.POST('/v1/alert-channels/{channel_id}/rotate-secret', { params, body: {} }),
    ({ secret }) => secret && newSecrets.set(channel.id, secret),
  )
  const remove = useSend(
    (api, _: undefined) => api.client.DELETE('/v1/alert-channels/{channel_id}', { params }),
    onDeleted,
  )
  const secret = newSecrets.get(channel.id)
  const unconfirmed = channel.off_because === 'unconfirmed'
  return (
    <>
      <h2 className="first">{channel.name}</h2>
      <p className="break">
        {kinds.find(({ code }) => code === channel.kind)?.label ?? channel.kind} · {channel.target} ·{' '}
        {channel.enabled ? t('on') : `${t('off')}: ${channel.off_because_label ?? ''}`}
      </p>
      {channel.previous_secret_until ? (
        <p>{t('formerUntil', { time: moment(channel.previous_secret_until) })}</p>
      ) : null}
      {secret ? (
        <Alert
          type="warning"
          title={t('secretOnce')}
          description={
            <>
              <code className="break">{secret}</code> <Copy text={secret} name={t('secretLabel')} />
            </>
          }
        />
      ) : null}
      <ProblemAlert error={change.error ?? test.error ?? rotate.error ?? remove.error} />
      {unconfirmed ? <ConfirmAddress channel={channel} /> : null}
      <div className="form-actions">
        {unconfirmed ? null : (
          <>
            <Button type="primary" loading={test.isPending} onClick={() => test.mutate(undefined)}>
              {t('test')}
            </Button>
            <Button loading={change.isPending} onClick={() => change.mutate(!channel.enabled)}>
              {channel.enabled ? t('switchOff') : t('switchOn')}
            </Button>
          </>
        )}
        {channel.kind === 'webhook' ? (
          <ConfirmButton
            label={t('rotate')}
            question={t('rotateQuestion')}
            loading={rotate.isPending}
            onConfirm={() => rotate.mutate(undefined)}
          />
        ) : null}
        <ConfirmButton
          label={t('remove')}
          question={t('removeQuestion', { name: channel.name })}
          loading={remove.isPending}
          onConfirm={() => remove.mutate(undefined)}
        />
      </div>
      <Deliveries channelId={channel.id} tested={tested} />
    </>
  )
}

function Change({ channel }: { channel: Channel }) {
  const t = useWords(CHANNEL_WORDS)
  const draft = useChannelDraft(`channel:${channel.id}`, formOf(channel))
  const save = useSend(
    (api, { kind: _, address, url, secret: _none, ...form }: ChannelForm) =>
      api.client.PATCH('/v1/alert-channels/{channel_id}', {
        params: { path: { channel_id: channel.id } },
        body: {
          ...form,
          ...(address ? { address } : {}),
          ...(url ? { url } : {}),
          ...(draft.secret ? { secret: draft.secret } : {}),
          language: form.language as 'en',
          kinds: form.kinds as never,
          min_severity: form.min_severity as 'info',
        },
      }),
    (_, sent) => draft.clear(sent),
  )
  return (
    <details>
      <summary>{t('settings')}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(draft.value)
        }}
      >
        <FormFields
          fields={useChannelFields(channel)}
          values={draft.values}
          onChange={draft.change}
          error={save.error}
        />
        <ProblemAlert error={save.error} />
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={save.isPending}>
            {t('save')}
          </Button>
        </div>
      </form>
    </details>
  )
}
