import { Button } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { useCodes } from '../../api/codes'
import { type Column, DataTable } from '../../parts/DataTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { LANGUAGES, type Language } from '../../words/language'
import { useWords } from '../../words/useWords'
import { ChannelDrawer } from './ChannelDrawer'
import { type Channel, useChannelKinds } from './channelFields'
import { CHANNEL_WORDS } from './words'
import './alerts.css'
import { useAddressChange } from '../../parts/useAddressChange'

const NEW = 'new'

export default function Channels() {
  const t = useWords(CHANNEL_WORDS)
  const severities = useCodes('severity')
  const kinds = useChannelKinds()
  const [search] = useSearchParams()
  const changeAddress = useAddressChange()
  const open = search.get('channel')
  // A store has few channels: the API's limit is far below a page.
  const channels = useApi().useQuery('get', '/v1/alert-channels', { params: { query: { limit: 200 } } })
  const severity = (code: string) => severities.find((each) => each.code === code)?.label ?? code
  function show(channel: string | null) {
    changeAddress((next) => {
      if (channel) next.set('channel', channel)
      else next.delete('channel')
    })
  }
  const columns: Column<Channel>[] = [
    {
      key: 'name',
      title: t('name'),
      cell: ({ id, name }) => <Link to={`?${new URLSearchParams({ show: 'channels', channel: id })}`}>{name}</Link>,
    },
    { key: 'kind', title: t('kind'), cell: ({ kind }) => kinds.find(({ code }) => code === kind)?.label ?? kind },
    { key: 'target', title: t('target'), cell: ({ target }) => target },
    { key: 'language', title: t('language'), cell: ({ language }) => LANGUAGES[language as Language] },
    {
      key: 'gets',
      title: t('gets'),
      cell: ({ kinds, min_severity }) =>
        t('from', {
          what: kinds.length ? t('someKinds', { n: kinds.length }) : t('allKinds'),
          severity: severity(min_severity),
        }),
    },
    {
      key: 'state',
      title: t('state'),
      cell: ({ enabled, off_because_label }) => (enabled ? t('on') : `${t('off')} · ${off_because_label ?? ''}`),
    },
  ]
  return (
    <>
      <div className="toolbar">
        <Button type="primary" onClick={() => show(NEW)}>
          {t('newChannel')}
        </Button>
      </div>
      <ProblemAlert error={channels.error} onRetry={channels.refetch} />
      {channels.error ? null : (
        <DataTable
          label={t('channels')}
          columns={columns}
          rows={channels.data?.data}
          rowKey={({ id }) => id}
          empty={t('none')}
          onOpen={({ id }) => show(id)}
        />
      )}
      {open ? (
        <ChannelDrawer
          key={open}
          channelId={open === NEW ? null : open}
          onClose={() => show(null)}
          onCreated={(id) => show(id)}
        />
      ) : null}
    </>
  )
}
