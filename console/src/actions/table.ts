import type { ActionRow, DisputeAction, DisputeBody, Field, OrderAction, OrderBody } from './fields'

type OrderRows = { [A in OrderAction]?: ActionRow<keyof OrderBody<A> & string> }
type DisputeRows = { [A in DisputeAction]?: ActionRow<keyof DisputeBody<A> & string> }

const REASON: Field<'reason'> = { name: 'reason', kind: 'line', label: 'reason' }
const NEEDED_REASON: Field<'reason'> = { ...REASON, required: true }

/** The form of each action of an order: which fields, in which order. Which actions are possible says the API. */
export const ORDER_ACTIONS: OrderRows = {
  ship: { tone: 'primary', fields: [{ name: 'parcels', kind: 'parcels', label: 'parcels', required: true }] },
  edit_shipment: {
    fields: [
      { name: 'parcel_id', kind: 'parcel', label: 'parcel', required: true },
      { name: 'carrier', kind: 'line', label: 'carrier' },
      { name: 'tracking_no', kind: 'line', label: 'trackingNo' },
      { name: 'tracking_url', kind: 'line', label: 'trackingUrl', hint: 'keptLink' },
      REASON,
    ],
  },
  adjust_price: { fields: [{ name: 'total', kind: 'money', label: 'total', required: true }, REASON] },
  remind_payment: { fields: [{ name: 'text', kind: 'text', label: 'text', hint: 'keptText' }] },
  accept_payment: { tone: 'primary', fields: [REASON] },
  refuse_payment: { tone: 'danger', warning: 'warnRefusePayment', fields: [REASON] },
  accept_cancellation: { tone: 'danger', warning: 'warnAcceptCancellation', fields: [REASON] },
  reject_cancellation: { fields: [NEEDED_REASON] },
  extend_receipt: { fields: [{ name: 'days', kind: 'integer', label: 'days', required: true }, REASON] },
}

export const DISPUTE_ACTIONS: DisputeRows = {
  accept: { tone: 'danger', warning: 'warnAccept', fields: [REASON] },
  counter: {
    tone: 'primary',
    fields: [
      { name: 'solution', kind: 'choice', label: 'solution', required: true },
      { name: 'refund', kind: 'money', label: 'refund', required: true },
      { name: 'text', kind: 'text', label: 'offerText' },
    ],
  },
  give_return_address: {
    tone: 'primary',
    fields: [{ name: 'address', kind: 'address', label: 'address', required: true }],
  },
  confirm_return: { tone: 'danger', warning: 'warnConfirmReturn', fields: [REASON] },
}

/** An action that has no row of its own takes a reason, as all do. */
const PLAIN: ActionRow = { fields: [REASON] }

export function orderRow(action: string): ActionRow {
  return (ORDER_ACTIONS as Record<string, ActionRow>)[action] ?? PLAIN
}

export function disputeRow(action: string): ActionRow {
  return (DISPUTE_ACTIONS as Record<string, ActionRow>)[action] ?? PLAIN
}
