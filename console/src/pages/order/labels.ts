import type { Order } from '../../api/types'
import type { Labels } from '../../history/ChangeLine'

/** The labels that an order itself has for its codes. */
export function labelsOf(order: Order): Labels {
  const timers = new Map(order.deadlines.map(({ kind, kind_label }) => [kind, kind_label]))
  const overlays = new Map(order.overlays.map((code, index) => [code, order.overlays_label[index]]))
  const carriers = new Map(order.parcels.map(({ carrier, carrier_name }) => [carrier, carrier_name]))
  const tables: Record<string, Map<string, string | undefined>> = {
    deadlines: timers,
    supplied_deadlines: timers,
    overlays,
    carrier: carriers,
  }
  return (field, code) => tables[field]?.get(code)
}
