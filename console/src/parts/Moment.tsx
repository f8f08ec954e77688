import { useMoment } from './times'

/** A moment in the store's zone; the title names the zone and the seconds. */
export function Moment({ at }: { at: string | null | undefined }) {
  const format = useMoment()
  if (!at) return <span>–</span>
  return (
    <time dateTime={at} title={format(at, true)}>
      {format(at)}
    </time>
  )
}
