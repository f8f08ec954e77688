import { useCodeParts } from '../../api/codes'
import { useCounters, useStore } from '../../api/queries'
import { type Filter, read } from '../../parts/fields/AddressFilters'
import { startOf } from '../../parts/fields/days'
import { useMoment } from '../../parts/times'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

const BY_TIME = { together: { sort: 'deadline_at' } }

/** The filters of the list: each is a parameter of the API. */
export function useFilters(): Filter[] {
  const t = useWords(WORDS)
  const { data } = useCounters()
  const { countries } = useCodeParts('countries')
  return [
    { name: 'status', label: t('status'), kind: 'several', options: optionsOf(data?.statuses) },
    { name: 'overlay', label: t('overlay'), kind: 'choice', options: optionsOf(data?.overlays) },
    { name: 'fund_state', label: t('funds'), kind: 'choice', options: optionsOf(data?.fund_states) },
    { name: 'placed_from', label: t('placedFrom'), kind: 'day', moment: true },
    { name: 'placed_to', label: t('placedTo'), kind: 'day', moment: true, last: true },
    { name: 'due_from', label: t('dueFrom'), kind: 'day', moment: true, ...BY_TIME },
    { name: 'due_to', label: t('dueTo'), kind: 'day', moment: true, last: true, ...BY_TIME },
    {
      name: 'actor',
      label: t('actor'),
      kind: 'choice',
      unchosen: t('anybody'),
      options: [{ code: 'seller', label: t('you') }],
      ...BY_TIME,
    },
    { name: 'buyer', label: t('buyerId'), kind: 'text', maxLength: 128 },
    { name: 'tracking_no', label: t('trackingNo'), kind: 'text', maxLength: 128 },
    { name: 'tag', label: t('tag'), kind: 'text', maxLength: 50 },
    { name: 'country', label: t('country'), kind: 'choice', options: countries },
  ]
}

export const SORTS = { '-placed_at': 'newest', placed_at: 'oldest', deadline_at: 'byTimeLeft' } as const

function optionsOf(group: Record<string, { label: string }> | undefined) {
  return Object.entries(group ?? {}).map(([code, { label }]) => ({ code, label }))
}

/** A function that says what a filter of the address is, as a chip does: `Status: Awaiting shipment`. */
export function useSayFilter() {
  const t = useWords(WORDS)
  const filters = useFilters()
  const moment = useMoment()
  const zone = useStore()?.time_zone ?? 'UTC'
  function sayValue(filter: Filter, text: string): string {
    if (filter.options) {
      const labels = new Map(filter.options.map(({ code, label }) => [code, label]))
      return text
        .split(',')
        .map((code) => labels.get(code) ?? code)
        .join(', ')
    }
    const day = filter.moment ? String(read({ ...filter, last: false }, text, zone)) : ''
    if (!day) return text
    return startOf(day, zone) === text ? String(read(filter, text, zone)) : moment(text)
  }
  return (name: string, text: string): string => {
    if (name === 'sort')
      return t('filterIs', { name: t('sort'), value: text in SORTS ? t(SORTS[text as never]) : text })
    const filter = filters.find((each) => each.name === name)
    return t('filterIs', { name: filter?.label ?? name, value: filter ? sayValue(filter, text) : text })
  }
}
