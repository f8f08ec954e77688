import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { ProblemAlert } from '../../../parts/ProblemAlert'
import { useWords } from '../../../words/useWords'
import { useCountOf } from '../tabs'
import { type BulkName, type Chosen, useBulkLabel, usePossible } from './actions'
import type { useSelection } from './useSelection'
import { WORDS } from './words'

const BulkDrawer = lazy(() => import('./BulkDrawer'))

interface Props {
  selection: ReturnType<typeof useSelection>
  filter: object
  /** Whether the list has more orders than are selected on this page. */
  more: boolean
}

/** What can be done with the selected orders. It stands at the lower edge as soon as one is selected. */
export function BulkBar({ selection, filter, more }: Props) {
  const t = useWords(WORDS)
  const label = useBulkLabel()
  const total = useCountOf(filter)
  const [open, setOpen] = useState<{ action: BulkName; chosen: Chosen[] } | null>(null)
  const { selected, read } = selection
  const n = selected.size
  const possible = usePossible(new Set(selection.chosen().map(({ status }) => status)))
  return (
    <>
      {n || read !== null ? (
        <section className="bulk-bar" aria-label={t('bar')}>
          <strong role="status">
            {t('selected', { n })}
            {read === null
              ? null
              : total === undefined
                ? ` · ${t('gathering', { n: read })}`
                : ` · ${t('gatheringOf', { n: read, all: total })}`}
          </strong>
          {read !== null ? <Button onClick={selection.stop}>{t('stop')}</Button> : null}
          {read === null && more && !selection.whole && n !== total ? (
            <Button type="link" onClick={selection.gather}>
              {total === undefined ? t('selectAllMatching') : t('selectAll', { n: total })}
            </Button>
          ) : null}
          {possible.map((action) => (
            <Button
              key={action}
              disabled={read !== null}
              onClick={() => setOpen({ action, chosen: selection.chosen() })}
            >
              {label(action)}
            </Button>
          ))}
          <Button type="text" disabled={read !== null} onClick={selection.clear}>
            {t('clear')}
          </Button>
          <ProblemAlert error={selection.error} onRetry={selection.gather} />
        </section>
      ) : null}
      <Suspense>
        {open ? (
          <BulkDrawer
            {...open}
            onClose={() => setOpen(null)}
            onDone={(ids) => selection.select(new Set([...selected].filter((id) => !ids.has(id))))}
          />
        ) : null}
      </Suspense>
    </>
  )
}
