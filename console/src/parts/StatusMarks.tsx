import { Mark } from './Mark'

/** How a status looks: `soon` where the seller must act, `late` where something stops the order. */
const TONES: Record<string, 'soon' | 'late'> = {
  WAIT_SELLER_EXAMINE_MONEY: 'soon',
  WAIT_SELLER_SEND_GOODS: 'soon',
  SELLER_PART_SEND_GOODS: 'soon',
  IN_CANCEL: 'soon',
  RISK_CONTROL_HOLD: 'late',
  dispute: 'late',
  frozen: 'late',
  refund: 'soon',
  unread: 'soon',
}

interface Coded {
  status: string
  status_label: string
  overlays: readonly string[]
  overlays_label: readonly string[]
}

/** The status of an order and what lies over it, in the API's words. */
export function StatusMarks({ of: { status, status_label, overlays, overlays_label } }: { of: Coded }) {
  return (
    <span className="marks">
      <Mark tone={TONES[status]}>{status_label}</Mark>
      {overlays.map((code, index) => (
        <Mark key={code} tone={TONES[code]}>
          {overlays_label[index] ?? code}
        </Mark>
      ))}
    </span>
  )
}
