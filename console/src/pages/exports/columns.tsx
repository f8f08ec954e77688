import type { Export } from '../../api/types'
import { Amount } from '../../parts/Amount'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { ExportActions } from './ExportActions'
import { ExportDetails } from './ExportDetails'
import { ExportState } from './ExportState'
import { ExportWindow } from './ExportWindow'
import type { WORDS } from './words'

type ExportColumn = Omit<Column<Export>, 'title'> & { title: keyof typeof WORDS }

/** A new column is one line here and its name in words.ts. */
export const COLUMNS: ExportColumn[] = [
  {
    key: 'file',
    title: 'file',
    cell: (job) => (
      <div>
        <strong>{job.kind_label}</strong> .{job.format}
        <br />
        <Moment at={job.requested_at} />
        <ExportDetails job={job} />
      </div>
    ),
  },
  { key: 'orders', title: 'orders', cell: (job) => <ExportWindow job={job} /> },
  { key: 'state', title: 'state', cell: (job) => <ExportState job={job} /> },
  {
    key: 'rows',
    title: 'rows',
    align: 'right',
    cell: ({ files }) => (files.length ? files.reduce((sum, { rows }) => sum + rows, 0).toLocaleString() : '–'),
  },
  {
    key: 'totals',
    title: 'totals',
    align: 'right',
    cell: ({ totals }) =>
      totals.length ? (
        <div>
          {totals.map((total) => (
            <div key={total.currency}>
              <Amount value={total} />
            </div>
          ))}
        </div>
      ) : (
        '–'
      ),
  },
  {
    key: 'expires',
    title: 'expires',
    cell: ({ files, expires_at }) => <Moment at={files.length ? expires_at : null} />,
  },
  { key: 'actions', title: 'actions', cell: (job) => <ExportActions job={job} /> },
]
