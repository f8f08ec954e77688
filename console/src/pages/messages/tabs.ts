import type { components } from '../../api/types'
import type { WORDS } from './words'

type Figures = components['schemas']['FiguresView']

/** The tabs of the page: what each lists, which figure counts it, and what stands there where it is empty. */
export const TABS: {
  query: string
  label: keyof typeof WORDS
  empty: keyof typeof WORDS
  count?: (figures: Figures) => { count: number; cutOff?: boolean }
}[] = [
  { query: '', label: 'all', empty: 'noMessages' },
  { query: 'unread=true', label: 'unread', empty: 'noUnread', count: (figures) => ({ count: figures.unread_orders }) },
  {
    query: 'unanswered_for=PT0S',
    label: 'unanswered',
    empty: 'noUnanswered',
    count: (figures) => ({ count: figures.unanswered, cutOff: figures.unanswered_cut_off }),
  },
  {
    query: 'unanswered_for=PT12H',
    label: 'late',
    empty: 'noUnanswered',
    count: (figures) => ({ count: figures.unanswered_12h, cutOff: figures.unanswered_12h_cut_off }),
  },
]
