import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useShortcuts } from '../shell/shortcuts'
import { useWords } from '../words/useWords'
import { Loading } from './Loading'
import { WORDS } from './words'

/** A column of a list. `title` is a text in the page's language. Amounts and counts have `align: 'right'`. */
export interface Column<Row> {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  align?: 'right'
}

export interface TableProps<Row> {
  label: string
  columns: Column<Row>[]
  rows: readonly Row[] | undefined
  rowKey: (row: Row) => string
  /** What a person reads where there is no row: why the list is empty. */
  empty?: ReactNode
  onOpen?: (row: Row) => void
  selected?: ReadonlySet<string>
  onSelect?: (keys: ReadonlySet<string>) => void
}

/**
 * A list as an HTML table: on a narrow screen each row stands as a card. `j` and `k` move through the rows, `Enter` opens
 * one and `x` selects it.
 */
export function DataTable<Row>({ label, columns, rows, rowKey, empty, onOpen, selected, onSelect }: TableProps<Row>) {
  const t = useWords(WORDS)
  const [active, setActive] = useState(-1)
  const body = useRef<HTMLTableSectionElement>(null)
  const keys = rows?.map(rowKey) ?? []
  const allKeys = keys.join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page of the list begins without an active row
  useEffect(() => setActive(-1), [allKeys])

  function move(to: number) {
    if (!rows?.length) return
    const next = Math.max(0, Math.min(rows.length - 1, to))
    setActive(next)
    const row = body.current?.rows[next]
    row?.scrollIntoView({ block: 'nearest' })
    row?.focus({ preventScroll: true })
  }
  function toggle(key: string) {
    const next = new Set(selected)
    if (!next.delete(key)) next.add(key)
    onSelect?.(next)
  }
  const row = rows?.[active]
  const open = () => row && onOpen?.(row)
  const toggleActive = () => row && toggle(rowKey(row))
  useShortcuts({
    j: () => move(active + 1),
    k: () => move(active - 1),
    Enter: row && onOpen && open,
    x: row && onSelect && toggleActive,
  })

  if (!rows) return <Loading />
  if (!rows.length) return <p className="empty">{empty ?? t('nothing')}</p>
  const all = keys.every((key) => selected?.has(key))
  const others = [...(selected ?? [])].filter((key) => !keys.includes(key))
  return (
    <div className="table-frame">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {onSelect ? (
              <th scope="col" className="check">
                <input
                  type="checkbox"
                  aria-label={t('selectAll')}
                  checked={all}
                  onChange={() => onSelect(new Set(all ? others : [...others, ...keys]))}
                />
              </th>
            ) : null}
            {columns.map(({ key, title, align }) => (
              <th key={key} scope="col" className={align}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((each, index) => {
            const key = rowKey(each)
            return (
              <tr
                key={key}
                tabIndex={-1}
                className={index === active ? 'active' : undefined}
                data-key={key}
                onClick={(event) => {
                  if (onOpen && !(event.target as HTMLElement).closest('a,button,input,label')) onOpen(each)
                }}
              >
                {onSelect ? (
                  <td className="check">
                    <input
                      type="checkbox"
                      aria-label={t('select', { name: key })}
                      checked={selected?.has(key) ?? false}
                      onChange={() => toggle(key)}
                    />
                  </td>
                ) : null}
                {columns.map(({ key: column, title, cell, align }) => (
                  <td key={column} data-title={title} className={align}>
                    {cell(each)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
