import type { Line, Order } from '../../api/types'
import type { Column } from '../../parts/DataTable'
import { Moment } from '../../parts/Moment'
import { described } from './columns'
import type { WORDS } from './words'

type PackingColumn = Omit<Column<Order>, 'title'> & { title: keyof typeof WORDS }

/** In the order in which an address is written. */
const ADDRESS = ['name', 'street', 'city', 'state', 'zip', 'country', 'phone', 'mobile', 'tax_id']

const left = ({ quantity, shipped, refunded }: Line) => quantity - shipped - refunded

/** The columns of the shipment list on paper. */
export const PACKING_COLUMNS: PackingColumn[] = [
  {
    key: 'shipBy',
    title: 'shipBy',
    cell: ({ deadlines }) => <Moment at={deadlines.find(({ kind }) => kind === 'shipment')?.due_at} />,
  },
  { key: 'order', title: 'order', cell: ({ order_id }) => <span className="number">{order_id}</span> },
  {
    key: 'toPack',
    title: 'toPack',
    cell: ({ lines }) => (
      <ul className="to-pack">
        {lines
          .filter((line) => left(line) > 0)
          .map((line) => (
            <li key={line.line_id}>
              <strong>{left(line)} ×</strong> {line.sku ? `${line.sku} · ` : null}
              {line.title ?? line.product_id} <small>{described(line.attributes)}</small>
            </li>
          ))}
      </ul>
    ),
  },
  {
    key: 'recipient',
    title: 'recipient',
    cell: ({ recipient }) =>
      ADDRESS.map((name) => recipient[name])
        .filter(Boolean)
        .join(', '),
  },
  { key: 'service', title: 'service', cell: ({ chosen_service }) => chosen_service },
  { key: 'remarks', title: 'remarks', cell: ({ memo, note }) => [memo, note].filter(Boolean).join(' · ') },
]
