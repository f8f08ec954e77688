import { useCodeParts, useCodes } from '../../api/codes'
import type { components } from '../../api/types'
import type { Field } from '../../parts/fields/field'
import { LANGUAGES } from '../../words/language'
import { useWords } from '../../words/useWords'
import { CHANNEL_WORDS } from './words'

type Word = keyof typeof CHANNEL_WORDS
export type Channel = components['schemas']['ChannelView']
export type ChannelKind = components['schemas']['ChannelKind']

/** What a form says beside the address of a kind of channel. */
const HINTS: Partial<Record<string, Word>> = {
  dingtalk: 'dingtalkHint',
  wecom: 'wecomHint',
  feishu: 'feishuHint',
  slack: 'slackHint',
  webhook: 'webhookHint',
}

export const NEW_CHANNEL = {
  kind: 'email',
  name: '',
  address: '',
  url: '',
  secret: '',
  language: 'zh-CN',
  min_severity: '',
  kinds: [] as string[],
  digest: true,
  quiet_hours: true,
}
export type ChannelForm = typeof NEW_CHANNEL

export function formOf(channel: Channel): ChannelForm {
  const { kind, name, language, min_severity, kinds, digest, quiet_hours } = channel
  return { ...NEW_CHANNEL, kind, name, language, min_severity, kinds, digest, quiet_hours }
}

/** The kinds of channel: their names, the field of their address, and whether a robot's own secret belongs to them. */
export function useChannelKinds() {
  return useCodeParts('channel_kinds').channel_kinds ?? []
}

/** The fields of a channel; those of a new one, or of one that is there: its address is then kept where none is given. */
export function useChannelFields(channel?: Channel): Field[] {
  const t = useWords(CHANNEL_WORDS)
  const severities = useCodes('severity')
  const alerts = useCodes('alert')
  const kinds = useChannelKinds()
  const about = (kind: unknown) => kinds.find(({ code }) => code === kind)
  const hintOf = (kind: string) => {
    const hint = HINTS[kind]
    return channel ? t('urlStays', { target: channel.target }) : hint && t(hint)
  }
  return [
    ...(channel
      ? []
      : [
          {
            name: 'kind',
            label: t('kind'),
            kind: 'choice',
            required: true,
            options: kinds,
          } satisfies Field,
        ]),
    { name: 'name', label: t('name'), kind: 'text', required: true },
    {
      name: 'address',
      label: t('address'),
      kind: 'email',
      required: !channel,
      hint: hintOf('email'),
      applies: ({ kind }) => about(kind)?.target === 'address',
    },
    ...kinds
      .filter(({ target }) => target === 'url')
      .map(
        ({ code }): Field => ({
          name: 'url',
          label: t('url'),
          kind: 'url',
          required: !channel,
          hint: hintOf(code),
          applies: ({ kind }) => kind === code,
        }),
      ),
    {
      name: 'secret',
      label: t('secret'),
      kind: 'secret',
      hint: channel?.signed ? t('secretStays') : undefined,
      applies: ({ kind }) => Boolean(about(kind)?.takes_secret),
    },
    {
      name: 'language',
      label: t('language'),
      kind: 'choice',
      required: true,
      options: Object.entries(LANGUAGES).map(([code, label]) => ({ code, label })),
    },
    {
      name: 'min_severity',
      label: t('minSeverity'),
      kind: 'choice',
      required: Boolean(channel),
      unchosen: t('minDefault'),
      options: severities,
    },
    { name: 'kinds', label: t('kinds'), kind: 'several', options: alerts },
    { name: 'digest', label: t('digest'), kind: 'mark' },
    { name: 'quiet_hours', label: t('quiet'), kind: 'mark' },
  ]
}
