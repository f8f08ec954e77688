/** Durations of the API (ISO 8601, days to minutes) and how a person fills them in: a number and a unit. */
export const UNITS = { days: 1440, hours: 60, minutes: 1 } as const
export type Unit = keyof typeof UNITS

const FORM = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/

export function minutesOf(iso: string): number | null {
  const found = FORM.exec(iso)
  if (!found) return null
  const [weeks = 0, days = 0, hours = 0, minutes = 0] = found.slice(1).map((part) => Number(part ?? 0))
  return (weeks * 7 + days) * UNITS.days + hours * UNITS.hours + minutes
}

/** The largest unit that needs no fraction. */
export function split(iso: string): { count: number; unit: Unit } {
  const minutes = minutesOf(iso) ?? 0
  const unit = minutes && minutes % UNITS.days === 0 ? 'days' : minutes % UNITS.hours === 0 ? 'hours' : 'minutes'
  return { count: minutes / UNITS[unit], unit }
}

export function isoOf(count: number, unit: Unit): string {
  if (count === 0) return 'PT0S'
  return unit === 'days' ? `P${count}D` : unit === 'hours' ? `PT${count}H` : `PT${count}M`
}
