/** A short mark beside a name: a state, a tag, a warning. */
export function Mark({ children, tone = 'calm' }: { children: string; tone?: 'calm' | 'soon' | 'late' }) {
  return <span className={`mark ${tone}`}>{children}</span>
}
