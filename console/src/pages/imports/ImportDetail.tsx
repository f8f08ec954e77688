import { useEffect, useRef } from 'react'
import { useApi } from '../../api/client'
import { useCodeParts } from '../../api/codes'
import { POLL } from '../../api/polling'
import { useRefresh } from '../../api/queries'
import type { Import } from '../../api/types'
import { Facts } from '../../parts/Facts'
import { FileDrop } from '../../parts/FileDrop'
import { Loading } from '../../parts/Loading'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Progress } from '../../parts/Progress'
import { Who } from '../../parts/Who'
import { useWords } from '../../words/useWords'
import { ImportActions } from './ImportActions'
import { ImportRows } from './ImportRows'
import { Mend } from './Mend'
import { FILES, isOpen, isUnderWay } from './states'
import { type Sheet, useImport } from './useImport'
import { WORDS } from './words'

const MOST_WARNINGS = 50

/** One import from its file to its last row. `onNext` takes the import that follows it: the mended rows. */
export function ImportDetail({ importId, onNext }: { importId: string; onNext: (importId: string) => void }) {
  const job = useApi().useQuery(
    'get',
    '/v1/imports/{import_id}',
    { params: { path: { import_id: importId } } },
    { refetchInterval: ({ state }) => (state.data && isOpen(state.data) ? POLL : false) },
  )
  if (job.error && !job.data) return <ProblemAlert error={job.error} onRetry={job.refetch} />
  if (!job.data) return <Loading />
  return <Detail job={job.data} onNext={onNext} />
}

function Detail({ job, onNext }: { job: Import; onNext: (importId: string) => void }) {
  const t = useWords(WORDS)
  const layouts = useCodeParts('import_layouts').import_layouts
  useRefreshAtEnd(job)
  const { done, total, percent } = job.progress
  return (
    <>
      <h2 className="file-name">{job.file_name}</h2>
      <section className="card" aria-label={t('facts')}>
        <Facts
          rows={{
            [t('state')]: <strong>{job.state_label}</strong>,
            [t('kind')]: job.kind_label,
            [t('requested')]: <Moment at={job.requested_at} />,
            [t('by')]: <Who actor={job.requested_by} />,
            [t('layout')]: layouts?.find(({ code }) => code === job.layout)?.label,
            [t('timeZone')]: job.time_zone,
          }}
        />
        <div role="status">
          {isUnderWay(job) ? (
            <>
              <Progress label={job.state_label} percent={job.state === 'queued' ? undefined : percent} />
              {total ? <small className="quiet">{t('progressOf', { done, total })}</small> : null}
            </>
          ) : null}
        </div>
        {job.failed ? (
          <p className="wrong" role="alert">
            {job.failed.message}
          </p>
        ) : null}
        {job.state === 'awaiting_upload' ? <SendAgain job={job} /> : null}
      </section>
      <Warnings job={job} />
      <ImportActions job={job} />
      <ImportRows job={job} />
      {job.counts.failed && !isOpen(job) ? <Mend job={job} onNext={onNext} /> : null}
    </>
  )
}

/** What the import did is shown everywhere as soon as it has ended. */
function useRefreshAtEnd(job: Import) {
  const refresh = useRefresh()
  const before = useRef(job.state)
  useEffect(() => {
    if (before.current === job.state) return
    before.current = job.state
    void refresh()
  }, [job.state, refresh])
}

/** The page was left before its file had been sent: the import waits for it. */
function SendAgain({ job }: { job: Import }) {
  const t = useWords(WORDS)
  const send = useImport(() => {})
  return (
    <>
      {send.isIdle ? <FileDrop label={t('notArrived')} hint={job.file_name} accept={FILES} onFile={resend} /> : null}
      {send.isPending ? <Progress label={t('uploading')} percent={send.part * 100} /> : null}
      <ProblemAlert error={send.error} onRetry={send.reset} />
    </>
  )
  function resend(file: File) {
    send.mutate({ file, request: { kind: job.kind as Sheet['request']['kind'] }, job })
  }
}

function Warnings({ job }: { job: Import }) {
  const t = useWords(WORDS)
  const shown = job.warnings.slice(0, MOST_WARNINGS)
  if (!shown.length) return null
  return (
    <section className="card warnings" aria-label={t('warnings')}>
      <strong>{t('warnings')}</strong>
      <ul>
        {shown.map(({ code, message, row, column }) => (
          <li key={`${code} ${row} ${column}`}>
            {message} {column ? t('inColumn', { column }) : null} {row ? t('inRow', { row }) : null}
          </li>
        ))}
        {job.warnings.length > shown.length ? (
          <li>{t('moreWarnings', { n: job.warnings.length - shown.length })}</li>
        ) : null}
      </ul>
    </section>
  )
}
