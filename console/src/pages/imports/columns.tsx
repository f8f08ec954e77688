import { Link } from 'react-router'
import type { components, Import } from '../../api/types'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { Progress } from '../../parts/Progress'
import { Who } from '../../parts/Who'
import { openOrder } from '../order/address'
import { isUnderWay } from './states'
import type { WORDS } from './words'

type Row = components['schemas']['RowView']
type Titled<Of> = Omit<Column<Of>, 'title'> & { title: keyof typeof WORDS }

/** A new column is one line here and its name in words.ts. */
export const COLUMNS: Titled<Import>[] = [
  { key: 'file', title: 'file', cell: ({ id, file_name }) => <Link to={`?import=${id}`}>{file_name}</Link> },
  { key: 'kind', title: 'kind', cell: ({ kind_label }) => kind_label },
  { key: 'state', title: 'state', cell: (job) => <State job={job} /> },
  ...(['created', 'updated', 'unchanged', 'failed'] as const).map(
    (name): Titled<Import> => ({
      key: name,
      title: name,
      align: 'right',
      cell: ({ counts }) => counts[name].toLocaleString(),
    }),
  ),
  { key: 'requested', title: 'requested', cell: ({ requested_at }) => <Moment at={requested_at} /> },
  { key: 'by', title: 'by', cell: ({ requested_by }) => <Who actor={requested_by} /> },
]

/** What became of each row, or would: of a tracking sheet what it does, of a failed row why. */
export const ROW_COLUMNS: Titled<Row>[] = [
  { key: 'row', title: 'row', align: 'right', cell: ({ row }) => row },
  {
    key: 'order',
    title: 'order',
    cell: ({ order_id, code }) =>
      code === 'order_unknown' || !order_id ? order_id : <Link to={openOrder(order_id)}>{order_id}</Link>,
  },
  { key: 'result', title: 'result', cell: ({ effect_label, state_label }) => effect_label ?? state_label },
  { key: 'column', title: 'column', cell: ({ column }) => column },
  { key: 'value', title: 'value', cell: ({ value }) => value },
  { key: 'reason', title: 'reason', cell: ({ reason }) => reason },
]
const OF_FAILURE = ['column', 'value', 'reason']

/** Rows that did not fail have nothing to say about a cell. */
export function rowColumns(failed: boolean): Titled<Row>[] {
  return failed ? ROW_COLUMNS : ROW_COLUMNS.filter(({ key }) => !OF_FAILURE.includes(key))
}

function State({ job }: { job: Import }) {
  if (!isUnderWay(job)) return job.state_label
  return <Progress label={job.state_label} percent={job.state === 'queued' ? undefined : job.progress.percent} />
}
