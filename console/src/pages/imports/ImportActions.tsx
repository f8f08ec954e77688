import { Alert, Button, Flex } from 'antd'
import type { Import } from '../../api/types'
import { useSend } from '../../api/useSend'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useAddressChange } from '../../parts/useAddressChange'
import { useWords } from '../../words/useWords'
import { effective, isUnderWay } from './states'
import { WORDS } from './words'

/** What can be done with an import now: apply its preview, or stop it. */
export function ImportActions({ job }: { job: Import }) {
  const t = useWords(WORDS)
  const changeAddress = useAddressChange()
  const params = { path: { import_id: job.id } }
  const apply = useSend(
    (api, _: undefined) => api.client.POST('/v1/imports/{import_id}/apply', { params, body: {} }),
    // The rows are other ones now: those of the preview are gone.
    () =>
      changeAddress((next) => {
        next.delete('cursor')
        next.delete('state')
      }),
  )
  const cancel = useSend((api, _: undefined) => api.client.POST('/v1/imports/{import_id}/cancel', { params, body: {} }))
  const failed = job.counts.failed
  const n = effective(job)
  return (
    <div className="import-actions">
      {job.state === 'preview' ? (
        <Alert
          type="info"
          showIcon
          title={n ? t('preview', { n, failed }) : t('previewNothing')}
          action={
            <Flex gap="small" wrap>
              {n ? (
                <Button type="primary" loading={apply.isPending} onClick={() => apply.mutate(undefined)}>
                  {t('apply', { n })}
                </Button>
              ) : null}
              <Button loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
                {t('cancel')}
              </Button>
            </Flex>
          }
        />
      ) : null}
      {job.state === 'cancelled' ? (
        <Alert type="warning" showIcon title={t(job.applies ? 'stopped' : 'notApplied')} />
      ) : null}
      {isUnderWay(job) ? (
        <Button loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
          {t('stop')}
        </Button>
      ) : null}
      <ProblemAlert error={apply.error ?? cancel.error} />
    </div>
  )
}
