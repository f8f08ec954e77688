import type { Export } from '../../api/types'
import { useMoment } from '../../parts/times'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

/** The window of an export in the zone of its files, with the zone named. */
export function ExportWindow({ job }: { job: Export }) {
  const t = useWords(WORDS)
  const format = useMoment()
  const { from, to, time_zone } = job.coverage
  if (!from || !to) return t('everything')
  return (
    <div>
      <time dateTime={from} title={format(from, true, time_zone)}>
        {format(from, false, time_zone)}
      </time>
      {' – '}
      <time dateTime={to} title={format(to, true, time_zone)}>
        {format(to, false, time_zone)}
      </time>
      <br />
      <small className="quiet">{time_zone}</small>
    </div>
  )
}
