import { Button, Flex } from 'antd'
import { useRefresh } from '../../api/queries'
import type { Export } from '../../api/types'
import { useDownload } from '../../api/useDownload'
import { useSend } from '../../api/useSend'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { canRunAgain, isUnderWay } from './states'
import { WORDS } from './words'

export function ExportActions({ job }: { job: Export }) {
  const t = useWords(WORDS)
  const refresh = useRefresh()
  const path = { export_id: job.id }
  const cancel = useSend((api, _: undefined) =>
    api.client.POST('/v1/exports/{export_id}/cancel', { params: { path }, body: {} }),
  )
  const retry = useSend((api, _: undefined) =>
    api.client.POST('/v1/exports/{export_id}/retry', { params: { path }, body: {} }),
  )
  const download = useDownload((api, n: number) =>
    api.client.GET('/v1/exports/{export_id}/files/{n}', { params: { path: { ...path, n: String(n) } } }),
  )
  const files = job.state === 'expired' ? [] : job.files
  return (
    <Flex gap="small" vertical align="start">
      {files.map(({ n, name }) => (
        <Button
          key={n}
          size="small"
          type="primary"
          title={name}
          loading={download.isPending && download.variables === n}
          onClick={() => download.mutate(n, { onSuccess: refresh })}
        >
          {files.length > 1 ? t('downloadNth', { n, of: files.length }) : t('download')}
        </Button>
      ))}
      {isUnderWay(job) ? (
        <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
          {t('cancel')}
        </Button>
      ) : null}
      {canRunAgain(job) ? (
        <Button size="small" loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
          {t('retry')}
        </Button>
      ) : null}
      <ProblemAlert error={download.error ?? cancel.error ?? retry.error} />
    </Flex>
  )
}
