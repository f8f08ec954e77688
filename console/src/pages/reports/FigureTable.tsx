import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { PlainTable } from '../../parts/PlainTable'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

/** A column of figures. `text` is what is copied; `cell` shows it otherwise than as that text. */
export interface FigureColumn<Row> {
  key: string
  title: string
  text: (row: Row) => string | number | undefined
  cell?: (row: Row) => ReactNode
  align?: 'right'
}

/** The figures of a plot as a table, which can be copied into a sheet. */
export function FigureTable<Row>({
  label,
  columns,
  rows,
  rowKey,
}: {
  label: string
  columns: FigureColumn<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
}) {
  const t = useWords(WORDS)
  const [copied, setCopied] = useState(false)
  async function copy() {
    const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ text }) => text(row) ?? ''))]
    await navigator.clipboard.writeText(lines.map((line) => line.map(cellText).join('\t')).join('\n'))
    setCopied(true)
  }
  return (
    <>
      <PlainTable
        label={label}
        columns={columns.map(({ text, cell, ...column }) => ({
          ...column,
          cell: cell ?? ((row: Row) => text(row) ?? '–'),
        }))}
        rows={rows}
        rowKey={rowKey}
      />
      {rows.length ? (
        <div className="toolbar after-table">
          <Button size="small" onClick={copy}>
            {t('copy')}
          </Button>
          <span role="status" className="quiet">
            {copied ? t('copied') : ''}
          </span>
        </div>
      ) : null}
    </>
  )
}

/** One cell of what is pasted into a sheet: never two cells, never a formula. */
function cellText(value: string | number): string {
  const text = String(value).replace(/[\t\r\n]+/g, ' ')
  return typeof value === 'string' && /^[=+\-@]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
}
