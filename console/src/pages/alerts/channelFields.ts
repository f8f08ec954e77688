import { useCodes } from '../../api/codes'
import type { components } from '../../api/types'
import type { Field } from '../../parts/fields/field'
import { LANGUAGES } from '../../words/language'
import { useWords } from '../../words/useWords'
import { CHANNEL_WORDS } from './words'

type Word = keyof typeof CHANNEL_WORDS
export type Channel = components['schemas']['ChannelView']
export type ChannelKind = components['schemas']['ChannelKind']

/** What each kind of channel is reached with, and whether its robot may check signatures. */
export const CHANNEL_KINDS: Record<ChannelKind, { by: 'address' | 'url'; hint?: Word; signs?: boolean }> = {
  email: { by: 'address' },
  dingtalk: { by: 'url', hint: 'dingtalkHint', signs: true },
  wecom: { by: 'url', hint: 'wecomHint' },
  feishu: { by: 'url', hint: 'feishuHint', signs: true },
  slack: { by: 'url', hint: 'slackHint' },
  webhook: { by: 'url', hint: 'webhookHint' },
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

/** The fields of a channel; those of a new one, or of one that is there: its address is then kept where none is given. */
export function useChannelFields(channel?: Channel): Field[] {
  const t = useWords(CHANNEL_WORDS)
  const severities = useCodes('severity')
  const kinds = useCodes('alert')
  const about = (kind: unknown) => CHANNEL_KINDS[kind as ChannelKind]
  const hintOf = (kind: Word | undefined) =>
    channel ? t('urlStays', { target: channel.target }) : kind ? t(kind) : undefined
  return [
    ...(channel
      ? []
      : [
          {
            name: 'kind',
            label: t('kind'),
            kind: 'choice',
            required: true,
            options: Object.keys(CHANNEL_KINDS).map((code) => ({ code, label: t(code as Word) })),
          } satisfies Field,
        ]),
    { name: 'name', label: t('name'), kind: 'text', required: true, maxLength: 128 },
    {
      name: 'address',
      label: t('address'),
      kind: 'email',
      required: !channel,
      hint: hintOf(undefined),
      applies: ({ kind }) => about(kind).by === 'address',
    },
    ...Object.entries(CHANNEL_KINDS)
      .filter(([, { by }]) => by === 'url')
      .map(
        ([code, { hint }]): Field => ({
          name: 'url',
          label: t('url'),
          kind: 'url',
          required: !channel,
          hint: hintOf(hint),
          applies: ({ kind }) => kind === code,
        }),
      ),
    {
      name: 'secret',
      label: t('secret'),
      kind: 'secret',
      hint: channel?.signed ? t('secretStays') : undefined,
      applies: ({ kind }) => Boolean(about(kind).signs),
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
    { name: 'kinds', label: t('kinds'), kind: 'several', options: kinds },
    { name: 'digest', label: t('digest'), kind: 'mark' },
    { name: 'quiet_hours', label: t('quiet'), kind: 'mark' },
  ]
}
