import type { Column } from './DataTable'

interface Props<Row> {
  label: string
  columns: Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row, index: number) => string
}

/** A short table inside of a page: no selection, no keys. On a narrow screen each row stands as a card. */
export function PlainTable<Row>({ label, columns, rows, rowKey }: Props<Row>) {
  return (
    <div className="table-frame">
      <table className="table plain" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, title, align }) => (
              <th key={key} scope="col" className={align}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={rowKey(row, index)}>
              {columns.map(({ key, title, cell, align }) => (
                <td key={key} data-title={title} className={align}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
