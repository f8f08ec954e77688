import { Link } from 'react-router'
import { openOrder } from '../pages/order/address'

/** An order's number, which opens the order over the page. */
export function OrderLink({ id }: { id: string | null | undefined }) {
  if (!id) return '–'
  return (
    <Link className="id" to={openOrder(id)}>
      {id}
    </Link>
  )
}
