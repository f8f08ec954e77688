import { Link } from 'react-router'
import { openOrder } from './address'

/** An order's number, which opens the order beside the page. */
export function OrderLink({ id }: { id: string }) {
  return (
    <Link className="number" to={openOrder(id)}>
      {id}
    </Link>
  )
}
