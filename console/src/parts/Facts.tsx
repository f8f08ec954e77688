import type { ReactNode } from 'react'

/** What is known of something, by its name. A fact that is not there is left out. */
export function Facts({ rows }: { rows: Record<string, ReactNode> }) {
  return (
    <dl className="facts">
      {Object.entries(rows)
        .filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
