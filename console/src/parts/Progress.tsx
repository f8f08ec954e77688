/** How far something is, with its name; `percent` from 0 to 100, or none where that is not known yet. */
export function Progress({ label, percent }: { label: string; percent: number | undefined }) {
  return (
    <label className="progress">
      <span>{label}</span>
      <progress max={100} value={percent} />
      {percent === undefined ? null : <span className="count">{Math.floor(percent)} %</span>}
    </label>
  )
}
