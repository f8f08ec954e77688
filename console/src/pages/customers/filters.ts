import { useCodes } from '../../api/codes'
import type { Filter } from '../../parts/fields/AddressFilters'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

const STATES = ['blocked', 'opted_out']
const WINDOW = ['last_order_from', 'last_order_to', 'sort']

/** The filters beside the tabs. `instead` names what the list cannot be asked with at the same time. */
export function useFilters(): Filter[] {
  const t = useWords(WORDS)
  const amounts = useCodes('amount')
  return [
    { name: 'amount', label: t('amount'), kind: 'choice', options: amounts, instead: [...STATES, 'tag'] },
    { name: 'last_order_from', label: t('lastFrom'), kind: 'day', moment: true, instead: ['tag'] },
    { name: 'last_order_to', label: t('lastTo'), kind: 'day', moment: true, last: true, instead: ['tag'] },
    {
      name: 'sort',
      label: t('sort'),
      kind: 'choice',
      unchosen: t('newest'),
      options: [{ code: 'last_order_at', label: t('oldest') }],
      instead: ['tag'],
    },
    { name: 'tag', label: t('tag'), kind: 'text', instead: ['frequency', 'amount', ...STATES, ...WINDOW] },
  ]
}

/** What the API takes of the address: the rest of it concerns the page. */
export const PARAMETERS = ['frequency', 'amount', ...STATES, ...WINDOW, 'tag', 'cursor'] as const
