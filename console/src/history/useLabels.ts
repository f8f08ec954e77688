import { useCodeParts } from '../api/codes'

/** The label of a code at a place of the history, such as `refunds.rfd_1.state`; none where the API has no label. */
export type Labels = (path: readonly string[], code: string) => string | undefined

/**
 * Where the codes of a field stand in `GET /v1/codes`: by the name of the field, with that of a record before it where the
 * field alone does not say which.
 */
const PARTS = {
  status: 'statuses',
  skipped: 'statuses',
  overlays: 'overlays',
  fund_state: 'fund_states',
  end_reason: 'end_reasons',
  violations: 'violations',
  deadlines: 'timers',
  supplied_deadlines: 'timers',
  actor: 'actors',
  by: 'parties',
  stage: 'dispute_stages',
  kind: 'dispute_kinds',
  solution: 'dispute_solutions',
  result: 'dispute_results',
  source: 'refund_sources',
  'refunds.state': 'refund_states',
  'proposals.state': 'proposal_states',
} as const

type Part = (typeof PARTS)[keyof typeof PARTS]

export function useLabels(): Labels {
  const codes = useCodeParts(...new Set<Part>(Object.values(PARTS)))
  return (path, code) => {
    const field = path.at(-1) ?? ''
    const names = [...path.slice(0, -1).map((record) => `${record}.${field}`), field]
    const part = names.map((name) => PARTS[name as keyof typeof PARTS]).find(Boolean)
    return part && codes[part]?.find((each) => each.code === code)?.label
  }
}
