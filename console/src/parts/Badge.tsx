import type { ReactNode } from 'react'

/** A short word that stands out: `late` for what went wrong or presses, `soon` for what will. */
export function Badge({ tone, children }: { tone?: 'late' | 'soon'; children: ReactNode }) {
  return <span className={tone ? `badge ${tone}` : 'badge'}>{children}</span>
}
