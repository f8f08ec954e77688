import type { Page } from '../api/types'
import { type Column, DataTable, type TableProps } from './DataTable'
import { Pager } from './Pager'
import { ProblemAlert } from './ProblemAlert'

interface Props<Row, Title extends string> extends Omit<TableProps<Row>, 'columns' | 'rows'> {
  /** The table of columns, with the words of their titles. */
  columns: (Omit<Column<Row>, 'title'> & { title: Title })[]
  t: (title: Title) => string
  list: { data?: { data: Row[]; page: Page }; error: unknown; refetch: () => unknown }
}

/** A list that the API answers in pages: its rows, or why there are none, and the way to the next page. */
export function PagedTable<Row, Title extends string>({ columns, t, list, ...table }: Props<Row, Title>) {
  const { data, error, refetch } = list
  return (
    <>
      <ProblemAlert error={error} onRetry={refetch} />
      {error ? null : (
        <DataTable
          {...table}
          columns={columns.map((column) => ({ ...column, title: t(column.title) }))}
          rows={data?.data}
        />
      )}
      <Pager page={data?.page} shown={data?.data.length ?? 0} />
    </>
  )
}
