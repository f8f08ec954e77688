import type { ReactNode } from 'react'
import { OrdersToShip } from './OrdersToShip'
import { Parcels } from './Parcels'
import { PickList } from './PickList'
import { ShipMany } from './ShipMany'
import { ShipmentList } from './ShipmentList'
import type { WORDS } from './words'

export interface ShipTab {
  name: keyof typeof WORDS
  content: ReactNode
  /** Only for owner and staff. */
  changes?: boolean
  /** Only while there is something to ship. */
  whileAny?: boolean
}

/** The tabs of the page: a new one is one row. The first stands in the address without a name. */
export const SHIP_TABS: ShipTab[] = [
  { name: 'all', content: <OrdersToShip list="all" /> },
  { name: 'today', content: <OrdersToShip list="today" /> },
  { name: 'overdue', content: <OrdersToShip list="overdue" /> },
  { name: 'partial', content: <OrdersToShip list="partial" /> },
  { name: 'held', content: <OrdersToShip list="held" /> },
  { name: 'sheet', content: <ShipMany />, changes: true },
  { name: 'list', content: <ShipmentList />, whileAny: true },
  { name: 'picks', content: <PickList />, whileAny: true },
  { name: 'underWay', content: <Parcels state="undelivered" /> },
  { name: 'delivered', content: <Parcels state="delivered" /> },
]
