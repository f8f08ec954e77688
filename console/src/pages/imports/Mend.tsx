import { Button } from 'antd'
import type { Import } from '../../api/types'
import { useDownload } from '../../api/useDownload'
import { FileDrop } from '../../parts/FileDrop'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Progress } from '../../parts/Progress'
import { useWords } from '../../words/useWords'
import { FILES } from './states'
import { type Sheet, useImport } from './useImport'
import { WORDS } from './words'

/** The rows that failed as a file with their reasons, and the place for that file when it has been mended. */
export function Mend({ job, onNext }: { job: Import; onNext: (importId: string) => void }) {
  const t = useWords(WORDS)
  const rows = useDownload((api, _: undefined) =>
    api.client.GET('/v1/imports/{import_id}/failed-rows', { params: { path: { import_id: job.id } } }),
  )
  const send = useImport(onNext)
  function again(file: File) {
    send.mutate({
      file,
      request: { kind: job.kind as Sheet['request']['kind'], time_zone: job.time_zone ?? undefined },
    })
  }
  return (
    <section className="card mend" aria-label={t('mend')}>
      <Button className="failed-rows" loading={rows.isPending} onClick={() => rows.mutate(undefined)}>
        {t('failedRows')}
      </Button>
      <ProblemAlert error={rows.error} onRetry={() => rows.mutate(undefined)} />
      <FileDrop label={t('mend')} hint={t('mendHint')} accept={FILES} disabled={send.isPending} onFile={again} />
      {send.isPending ? <Progress label={t('uploading')} percent={send.part * 100} /> : null}
      <ProblemAlert error={send.error} onRetry={() => send.variables && send.mutate(send.variables)} />
    </section>
  )
}
