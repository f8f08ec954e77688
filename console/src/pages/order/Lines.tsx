import type { Line, Order } from '../../api/types'
import { Amount } from '../../parts/Amount'
import type { Column } from '../../parts/DataTable'
import { Picture } from '../../parts/Picture'
import { PlainTable } from '../../parts/PlainTable'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

type LineColumn = Omit<Column<Line>, 'title'> & { title: keyof typeof WORDS }

export function nameOf({ title, sku, product_id }: Line): string {
  return title ?? sku ?? product_id
}

const COLUMNS: LineColumn[] = [
  {
    key: 'product',
    title: 'product',
    cell: (line) => (
      <div className="with-picture">
        <Picture url={line.image_url} />
        <span>
          {nameOf(line)}
          <br />
          <small className="quiet">
            {[line.sku, ...Object.values(line.attributes ?? {})].filter(Boolean).join(' · ')}
          </small>
        </span>
      </div>
    ),
  },
  { key: 'price', title: 'price', align: 'right', cell: ({ unit_price }) => <Amount value={unit_price} /> },
  { key: 'ordered', title: 'ordered', align: 'right', cell: ({ quantity }) => quantity },
  { key: 'shipped', title: 'shipped', align: 'right', cell: ({ shipped }) => shipped },
  { key: 'refunded', title: 'refunded', align: 'right', cell: ({ refunded }) => refunded },
  { key: 'returned', title: 'returned', align: 'right', cell: ({ returned }) => returned },
]

export function Lines({ order }: { order: Order }) {
  const t = useWords(WORDS)
  return (
    <PlainTable
      label={t('lines')}
      columns={COLUMNS.map((column) => ({ ...column, title: t(column.title) }))}
      rows={order.lines}
      rowKey={({ line_id }) => line_id}
    />
  )
}
