import { Alert, Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useRefresh } from '../../../api/queries'
import { ProblemAlert } from '../../../parts/ProblemAlert'
import { Progress } from '../../../parts/Progress'
import { Drawer } from '../../../shell/Drawer'
import { useWords } from '../../../words/useWords'
import { type BulkName, type Chosen, type Item, useBulkLabel } from './actions'
import { FieldsForm } from './FieldsForm'
import { MessageForm } from './MessageForm'
import { Results } from './Results'
import { ShipForm } from './ShipForm'
import { useBulkRun } from './useBulkRun'
import { WORDS } from './words'
import './bulk.css'

interface Props {
  action: BulkName
  chosen: Chosen[]
  onClose: () => void
  /** Called with the orders for which the action is done. */
  onDone: (ids: ReadonlySet<string>) => void
}

const NONE: ReadonlySet<string> = new Set()

/** One action for many orders: fill in, check without writing, see what would happen, apply to those that pass. */
export default function BulkDrawer({ action, chosen, onClose, onDone }: Props) {
  const t = useWords(WORDS)
  const refresh = useRefresh()
  const check = useBulkRun(action, true)
  const apply = useBulkRun(action, false)
  const [sent, setSent] = useState(0)
  const [finished, setFinished] = useState<ReadonlySet<string>>(NONE)
  const current = apply.run ? apply : check
  const { run } = current
  const busy = Boolean(run?.running)
  const passed = new Set(check.run?.results.filter(({ status }) => status === 'succeeded').map((each) => each.order_id))
  const stale = new Map(
    check.run?.results.flatMap(({ order_id, problem }) =>
      problem?.status === 412 && problem.current_version ? [[order_id, problem.current_version] as const] : [],
    ),
  )
  const label = useBulkLabel()(action)
  const status = useRef<HTMLDivElement>(null)
  // The form goes out of sight when the check begins: who works by keyboard goes on at what it found.
  const shown = run && !busy
  useEffect(() => {
    if (shown) status.current?.focus()
  }, [shown])

  async function finish(going: ReturnType<typeof apply.start> | undefined) {
    const results = await going
    if (!results) return
    const ids = new Set(results.filter(({ status }) => status === 'succeeded').map(({ order_id }) => order_id))
    setFinished(ids)
    onDone(ids)
    await refresh()
  }
  function send() {
    const items = check.run?.items.filter(({ order_id }) => passed.has(order_id)) ?? []
    setSent(items.length)
    void finish(apply.start(items))
  }
  function checkStale() {
    const now = (item: Item): Item => ({ ...item, if_match: stale.get(item.order_id) ?? item.if_match })
    void check.start(check.run?.items.map(now) ?? [])
  }
  const form = {
    action,
    chosen,
    hidden: Boolean(check.run),
    done: finished,
    onItems: (items: Item[]) => void check.start(items),
  }
  const Form = action === 'ship' ? ShipForm : action === 'message' ? MessageForm : FieldsForm
  const all = run?.items.length ?? 0
  const n = run?.results.length ?? 0
  const done = apply.run?.results.filter(({ status }) => status === 'succeeded').length ?? 0
  const rest = apply.run?.results.filter(({ status }) => status === 'not_attempted').length ?? 0

  return (
    <Drawer
      open
      onClose={onClose}
      size={720}
      mask={{ closable: !busy }}
      keyboard={!busy}
      closable={!busy}
      title={t('title', { action: label, n: chosen.length })}
      className="bulk"
    >
      <Form {...form} />
      <div role="status" ref={status} tabIndex={-1}>
        {busy ? (
          <Progress label={t(apply.run ? 'applying' : 'checking', { n, all })} percent={(100 * n) / Math.max(1, all)} />
        ) : apply.run ? (
          <p>{t('done', { n: done, all: sent })}</p>
        ) : check.run ? (
          <p>{t('wouldPass', { n: passed.size, all })}</p>
        ) : null}
      </div>
      {!busy && run?.error === undefined && n < all ? (
        <Alert type="warning" showIcon title={t('stopped', { n: all - n })} />
      ) : null}
      <ProblemAlert error={run?.error} />
      {!apply.run && !busy && stale.size ? (
        <Alert
          type="warning"
          showIcon
          title={t('stale', { n: stale.size })}
          action={<Button onClick={checkStale}>{t('checkStale')}</Button>}
        />
      ) : null}
      <div className="form-actions">
        {busy ? <Button onClick={current.stop}>{t('stop')}</Button> : null}
        {!busy && n < all ? (
          <Button onClick={() => (apply.run ? void finish(apply.resume()) : void check.resume())}>{t('again')}</Button>
        ) : null}
        {!busy && check.run && !apply.run ? (
          <>
            <Button type="primary" disabled={!passed.size} onClick={send}>
              {t('apply', { action: label, n: passed.size })}
            </Button>
            <Button onClick={check.reset}>{t('change')}</Button>
          </>
        ) : null}
        {!busy && rest ? (
          <Button onClick={() => void finish(apply.rest())}>{t('retryRest', { n: rest })}</Button>
        ) : null}
        {!busy && apply.run ? <Button onClick={onClose}>{t('close')}</Button> : null}
      </div>
      {run ? <Results results={run.results} dryRun={!apply.run} /> : null}
    </Drawer>
  )
}
