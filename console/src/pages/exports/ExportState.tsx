import type { Export } from '../../api/types'
import { Progress } from '../../parts/Progress'
import { useWords } from '../../words/useWords'
import { isUnderWay } from './states'
import { WORDS } from './words'

/** How far an export is, and, once it is there, whether it is complete. */
export function ExportState({ job }: { job: Export }) {
  const t = useWords(WORDS)
  const { done, total, percent } = job.progress
  if (isUnderWay(job)) {
    return (
      <div>
        <Progress label={job.state_label} percent={job.state === 'queued' ? undefined : percent} />
        {total ? <small className="quiet">{t('progressOf', { done, total })}</small> : null}
      </div>
    )
  }
  return (
    <div>
      {job.state_label}
      {job.failed ? <p className="wrong">{job.failed.message}</p> : null}
      {job.state === 'succeeded' ? (
        <p className={job.coverage.complete ? 'quiet' : 'cut-off'}>
          {t(job.coverage.complete ? 'complete' : 'cutOff')}
        </p>
      ) : null}
      {job.warnings.length ? (
        <p className="cut-off">
          {t('warnings')}: {job.warnings.length + job.more_warnings}
        </p>
      ) : null}
    </div>
  )
}
