import { useSyncExternalStore } from 'react'
import { useStore } from '../api/queries'
import { usePreferences } from '../shell/preferences'

const TICK = 30_000
let now = Date.now()
const listeners = new Set<() => void>()

setInterval(() => {
  now = Date.now()
  for (const changed of listeners) changed()
}, TICK)

/** The time, in milliseconds, that moves every half minute; every countdown of the page shares it. */
export function useNow(): number {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => now,
  )
}

/** A function that writes a moment in the store's zone, or in another; `long` names the zone. */
export function useMoment() {
  const { language } = usePreferences()
  const own = useZone()
  return (iso: string, long = false, zone = own) => formatter(language, zone, long).format(new Date(iso))
}

/** The store's time zone. */
export function useZone(): string {
  return useStore()?.time_zone ?? 'UTC'
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(language: string, zone: string, long: boolean): Intl.DateTimeFormat {
  const name = `${language} ${zone} ${long}`
  let found = formatters.get(name)
  if (!found) {
    found = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
      ...(long ? { second: '2-digit', timeZoneName: 'longOffset' } : {}),
    })
    formatters.set(name, found)
  }
  return found
}
