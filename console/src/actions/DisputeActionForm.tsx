import type { ReactNode } from 'react'
import { useCodes } from '../api/codes'
import type { Dispute, Order } from '../api/types'
import { ActionForm } from './ActionForm'
import type { Values } from './fields'
import { contextOf } from './OrderActionForm'
import { disputeRow } from './table'

interface Props {
  order: Order
  dispute: Dispute
  action: string
  label: string
  initial?: Values
  onDone?: (dispute: Dispute) => void
  onCancel?: () => void
  since?: (version: number) => ReactNode
}

export function disputeDraft(disputeId: string, action: string): string {
  return `dispute:${disputeId}:${action}`
}

/** The form of one step of a dispute. Each step is a change of its order, and goes by the order's version. */
export function DisputeActionForm({ order, dispute, action, label, initial, ...rest }: Props) {
  const solutions = useCodes('solution').map(({ code, label: text }) => ({ value: code, label: text }))
  const { dispute_id } = dispute
  return (
    <ActionForm<Dispute>
      {...rest}
      row={disputeRow(action)}
      label={label}
      initial={{ ...(dispute.solution ? { solution: dispute.solution } : {}), ...initial }}
      draft={disputeDraft(dispute_id, action)}
      context={{ ...contextOf(order), choices: { solution: solutions } }}
      version={order.version}
      send={(api, body, match) =>
        // Every step has its own path and body in the contract; the table of forms is checked against them.
        api.client.POST(`/v1/disputes/{dispute_id}/actions/${action}` as '/v1/disputes/{dispute_id}/actions/accept', {
          params: { path: { dispute_id }, header: { 'If-Match': match } },
          body,
        })
      }
    />
  )
}
