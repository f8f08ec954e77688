import { useState } from 'react'
import { useApi } from '../../api/client'
import type { Export } from '../../api/types'
import { Copy } from '../../parts/Copy'
import { Facts } from '../../parts/Facts'
import type { Option } from '../../parts/fields/field'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { Who } from '../../parts/Who'
import { useWords } from '../../words/useWords'
import { useOffer } from './fields'
import { WORDS } from './words'

/** What an export was asked for with, its files with their digests, its warnings, and who has fetched it. */
export function ExportDetails({ job }: { job: Export }) {
  const t = useWords(WORDS)
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('details')}</summary>
      {open ? <Details job={job} /> : null}
    </details>
  )
}

function Details({ job }: { job: Export }) {
  const t = useWords(WORDS)
  const offer = useOffer()
  const whole = useApi().useQuery('get', '/v1/exports/{export_id}', { params: { path: { export_id: job.id } } })
  const columns = offer?.export_columns.filter(({ kinds }) => kinds.includes(job.kind))
  return (
    <>
      <Facts
        rows={{
          [t('askedBy')]: job.scheduled ? t('bySchedule') : <Who actor={job.requested_by} />,
          [t('statuses')]: named(offer?.statuses, job.statuses) || t('anyStatus'),
          [t('layout')]: named(offer?.export_layouts, job.layout ? [job.layout] : []),
          [t('columns')]: named(columns, job.columns),
          [t('language')]: named(offer?.languages, [job.language]),
          [t('recipient')]: t(job.recipient as 'full' | 'masked'),
        }}
      />
      <ul className="files">
        {job.files.map(({ n, name, bytes, rows, sha256 }) => (
          <li key={n}>
            {name} <small className="quiet">{t('size', { rows, size: Math.ceil(bytes / 1000) })}</small>
            <br />
            SHA-256 <code>{sha256}</code> <Copy text={sha256} name={`SHA-256, ${name}`} />
          </li>
        ))}
      </ul>
      {job.warnings.length ? (
        <>
          <strong>{t('warnings')}</strong>
          <ul>
            {job.warnings.map((warning) => (
              <li key={[warning.file, warning.code, warning.column, warning.order_id, warning.buyer_id].join()}>
                {warning.message} {warning.column ? t('inColumn', { column: warning.column }) : null}{' '}
                {warning.order_id ? t('ofOrder', { order: warning.order_id }) : null}
                {warning.buyer_id ? t('ofBuyer', { buyer: warning.buyer_id }) : null}
              </li>
            ))}
            {job.more_warnings ? <li>{t('moreWarnings', { n: job.more_warnings })}</li> : null}
          </ul>
        </>
      ) : null}
      <strong>{t('downloads')}</strong>
      <ProblemAlert error={whole.error} onRetry={whole.refetch} />
      {whole.data?.downloads?.length ? (
        <ul>
          {whole.data.downloads.map(({ n, at, by: who }) => (
            <li key={at + n}>
              <Who actor={who} /> · <Moment at={at} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet">{t('noDownload')}</p>
      )}
    </>
  )
}

/** The labels of codes, in their order; a code that has none stands for itself. */
function named(among: readonly Option[] = [], codes: readonly string[] = []): string {
  const labels = new Map(among.map(({ code, label }) => [code, label]))
  return codes.map((code) => labels.get(code) ?? code).join(', ')
}
