/** A count beside a name. Nothing stands there while it is not known; 0 is shown, but quietly. */
export function Count({ value }: { value: number | undefined }) {
  if (value === undefined) return null
  return <span className={value ? 'count' : 'count none'}>{value.toLocaleString()}</span>
}
