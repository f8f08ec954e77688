import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useApi } from '../../api/client'
import { useRefresh } from '../../api/queries'
import type { components } from '../../api/types'
import { useOnce } from '../../api/useOnce'
import { useMessageCheck } from '../../messages/useMessageCheck'
import { FormFields } from '../../parts/fields/FormFields'
import { OrderLink } from '../../parts/OrderLink'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useDraft } from '../../parts/useDraft'
import { Drawer } from '../../shell/Drawer'
import { useWords } from '../../words/useWords'
import { WORDS } from './messageWords'
import { latestOrders, type Recipients, type Text, write } from './recipients'

type Result = components['schemas']['ItemResult']

const EMPTY = { template_id: '', text: '' }

/** One message to many customers: gather their latest orders, check, see, send. */
export default function GroupMessage({ recipients, onClose }: { recipients: Recipients; onClose: () => void }) {
  const t = useWords(WORDS)
  const api = useApi()
  const refresh = useRefresh()
  const [progress, setProgress] = useState<{ done: number; total: number | null }>({ done: 0, total: null })
  const report = (done: number, total: number | null) => setProgress({ done, total })
  const draft = useDraft('group-message', EMPTY)
  const templates = api.useQuery('get', '/v1/message-templates', { params: { query: { limit: 200 } } })
  const orders = useQuery({
    queryKey: ['latest orders', recipients],
    queryFn: () => latestOrders(api, recipients, report),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const text: Text = draft.value.template_id ? { template_id: draft.value.template_id } : { text: draft.value.text }
  const first = orders.data?.[0] ?? ''
  const typed = useMessageCheck(first, first && !draft.value.template_id ? draft.value.text : '')
  const check = useMutation({ mutationFn: () => write(api, orders.data ?? [], text, true, report) })
  const send = useMutation({
    mutationFn: (orderIds: string[]) => write(api, orderIds, text, false, report),
    onSuccess: async (results) => {
      if (results.every(({ status }) => status === 'succeeded')) draft.clear()
      await refresh()
    },
  })
  const checkOnce = useOnce(() => check.mutateAsync().catch(() => undefined))
  const sendOnce = useOnce((orderIds: string[]) => send.mutateAsync(orderIds).catch(() => undefined))
  const of = { n: progress.done, all: progress.total ?? '…' }
  const passed = idsWith(check.data, 'succeeded')
  const leftOut = idsWith(send.data, 'not_attempted')

  return (
    <Drawer open onClose={onClose} size={560} title={t('title')}>
      <p>{t('how')}</p>
      <ProblemAlert
        error={orders.error ?? check.error ?? send.error}
        onRetry={orders.error ? orders.refetch : undefined}
      />
      <p role="status">
        {orders.isLoading
          ? progress.total === null
            ? t('reading', of)
            : t('gathering', of)
          : check.isPending
            ? t('checking', of)
            : send.isPending
              ? t('sending', of)
              : t('ready', { n: orders.data?.length ?? 0 })}
      </p>
      {check.data || send.data ? null : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void checkOnce()
          }}
        >
          <FormFields
            fields={[
              {
                name: 'template_id',
                label: t('template'),
                kind: 'choice',
                unchosen: t('ownText'),
                options: templates.data?.data.map(({ template_id, name }) => ({ code: template_id, label: name })),
              },
              {
                name: 'text',
                label: t('text'),
                kind: 'long',
                required: true,
                applies: (values) => !values.template_id,
              },
            ]}
            values={draft.value}
            onChange={draft.change}
          />
          <p className="wrong" role="status">
            {typed.problem}
          </p>
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={check.isPending} disabled={!orders.data?.length}>
              {t('check')}
            </Button>
          </div>
        </form>
      )}
      {check.data && !send.data ? (
        <>
          <p>{t('wouldSend', { n: passed.length })}</p>
          <Refused results={check.data} title="wouldFail" />
          <div className="form-actions">
            <Button
              type="primary"
              disabled={!passed.length}
              loading={send.isPending}
              onClick={() => void sendOnce(passed)}
            >
              {t('send', { n: passed.length })}
            </Button>
            <Button onClick={() => check.reset()}>{t('change')}</Button>
          </div>
        </>
      ) : null}
      {send.data ? (
        <>
          <p role="status">{t('sent', { n: idsWith(send.data, 'succeeded').length })}</p>
          <Refused results={send.data} title="failed" />
          <div className="form-actions">
            {leftOut.length ? (
              <Button type="primary" onClick={() => void sendOnce(leftOut)}>
                {t('rest', { n: leftOut.length })}
              </Button>
            ) : null}
            <Button onClick={onClose}>{t('close')}</Button>
          </div>
        </>
      ) : null}
    </Drawer>
  )
}

function idsWith(results: Result[] | undefined, status: string): string[] {
  return results?.filter((each) => each.status === status).map(({ order_id }) => order_id) ?? []
}

function Refused({ results, title }: { results: Result[]; title: 'wouldFail' | 'failed' }) {
  const t = useWords(WORDS)
  const refused = results.filter(({ status }) => status !== 'succeeded')
  if (!refused.length) return null
  return (
    <>
      <p>{t(title, { n: refused.length })}</p>
      <ul className="results">
        {refused.map(({ order_id, problem, status }) => (
          <li key={order_id}>
            <OrderLink id={order_id} /> {problem?.detail ?? status}
          </li>
        ))}
      </ul>
    </>
  )
}
