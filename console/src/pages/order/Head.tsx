import type { Order } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Mark } from '../../parts/Mark'
import { useWords } from '../../words/useWords'
import { Timers } from './Timers'
import { WORDS } from './words'

/** What matters first: where the order is, how much it is about, and what runs out when. */
export function Head({ order }: { order: Order }) {
  const t = useWords(WORDS)
  return (
    <div className="order-head">
      <div className="order-state">
        <strong>{order.status_label}</strong>
        <Mark>{order.fund_state_label}</Mark>
        {order.overlays_label.map((label) => (
          <Mark key={label} tone="soon">
            {label}
          </Mark>
        ))}
        {order.violations.map(({ kind, kind_label }) => (
          <Mark key={kind} tone="late">
            {kind_label}
          </Mark>
        ))}
        <span className="order-total">
          <Amount value={order.amounts.total} />
        </span>
      </div>
      {order.outcome_label || order.end_reason_label ? (
        <p className="quiet">{[order.outcome_label, order.end_reason_label].filter(Boolean).join(' · ')}</p>
      ) : null}
      <section aria-label={t('timers')}>
        <Timers timers={order.deadlines} />
      </section>
    </div>
  )
}
