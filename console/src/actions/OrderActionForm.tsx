import type { ReactNode } from 'react'
import type { Order } from '../api/types'
import { ActionForm } from './ActionForm'
import type { FormContext, Values } from './fields'
import { orderRow } from './table'

interface Props {
  order: Order
  action: string
  label: string
  initial?: Values
  /** Where it is not the action's one form of the order. */
  draft?: string
  context?: FormContext
  onDone?: (order: Order) => void
  onCancel?: () => void
  since?: (version: number) => ReactNode
}

/** What the form of an action may know of its order. */
export function contextOf(order: Order): FormContext {
  const { currency, amounts, lines, parcels } = order
  return { currency, sample: amounts.total, lines, parcels }
}

export function orderDraft(orderId: string, action: string): string {
  return `order:${orderId}:${action}`
}

/** The form of one action of one order. */
export function OrderActionForm({ order, action, label, context, draft, ...rest }: Props) {
  const { order_id, version } = order
  return (
    <ActionForm<Order>
      {...rest}
      row={orderRow(action)}
      label={label}
      draft={draft ?? orderDraft(order_id, action)}
      context={{ ...contextOf(order), ...context }}
      version={version}
      send={(api, body, match) =>
        // Every action has its own path and body in the contract; the table of forms is checked against them.
        api.client.POST(`/v1/orders/{order_id}/actions/${action}` as '/v1/orders/{order_id}/actions/accept_payment', {
          params: { path: { order_id }, header: { 'If-Match': match } },
          body,
        })
      }
    />
  )
}
