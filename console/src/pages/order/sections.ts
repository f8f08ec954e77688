import type { ComponentType } from 'react'
import type { Order } from '../../api/types'
import { DisputeSummary } from './DisputeSummary'
import { Funds } from './Funds'
import { History } from './History'
import { Info } from './Info'
import { Messages } from './Messages'
import { Shipping } from './Shipping'
import type { WORDS } from './words'

/** The parts of an order, in their order on the page. Each has its anchor: `#shipping`. */
export const SECTIONS: { key: keyof typeof WORDS; Component: ComponentType<{ order: Order }> }[] = [
  { key: 'info', Component: Info },
  { key: 'shipping', Component: Shipping },
  { key: 'funds', Component: Funds },
  { key: 'messages', Component: Messages },
  { key: 'dispute', Component: DisputeSummary },
  { key: 'history', Component: History },
]
