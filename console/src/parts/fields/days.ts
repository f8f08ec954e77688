/** Days of a calendar (`2027-02-06`), and the moments at which they begin in a zone. */
export function dayIn(iso: string, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(new Date(iso))
}

export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** The moment, in UTC, at which a day begins in a zone. */
export function startOf(day: string, zone: string): string {
  const wall = Date.parse(`${day}T00:00:00Z`)
  // The zone's offset at the guess is that of the answer but for a change of the clock between them: hence twice.
  const guess = wall - offset(wall, zone)
  return new Date(wall - offset(guess, zone)).toISOString().replace('.000Z', 'Z')
}

function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value)
  return (
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) -
    Math.floor(at / 1000) * 1000
  )
}
