interface Tracked {
  tracking_no: string
  tracking_url?: string
}

/** A parcel's number; it leads to where the parcel can be followed. */
export function TrackingLink({ parcel: { tracking_no, tracking_url } }: { parcel: Tracked }) {
  if (!tracking_url || !/^https?:\/\//.test(tracking_url)) return tracking_no
  return (
    <a href={tracking_url} target="_blank" rel="noreferrer">
      {tracking_no}
    </a>
  )
}
