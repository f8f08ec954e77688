import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { CarrierInput } from '../../../actions/CarrierInput'
import { FieldFrame } from '../../../actions/FieldFrame'
import { useDraft } from '../../../parts/useDraft'
import { useWords } from '../../../words/useWords'
import { itemOf } from './actions'
import type { FormProps } from './FieldsForm'
import { type Numbers, readLines } from './tracking'
import { WORDS } from './words'

/** More orders than these are not filled in one by one. */
const ONE_BY_ONE = 100
const EMPTY: { carrier: string; numbers: Numbers; pasted: string } = { carrier: '', numbers: {}, pasted: '' }

/** One carrier, and a tracking number for each order; an order without one is left out. */
export function ShipForm({ chosen, hidden, done, onItems }: FormProps) {
  const t = useWords(WORDS)
  const draft = useDraft('bulk:ship', EMPTY)
  const { carrier, numbers, pasted } = draft.value
  const [note, setNote] = useState<string[]>([])
  const [wrong, setWrong] = useState<'needCarrier' | 'needNumbers' | null>(null)
  const filled = chosen.filter(({ order_id }) => numbers[order_id]?.tracking.trim())
  function set(part: Partial<typeof EMPTY>) {
    setWrong(null)
    draft.change({ ...draft.value, ...part })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is done changes what is kept
  useEffect(() => {
    const open = Object.entries(numbers).filter(([order_id]) => !done.has(order_id))
    if (done.size) draft.change({ ...draft.value, numbers: Object.fromEntries(open) })
  }, [done])
  function takeOver() {
    const { numbers: found, left } = readLines(pasted, new Set(chosen.map(({ order_id }) => order_id)))
    set({ numbers: { ...numbers, ...found }, pasted: left.join('\n') })
    const lines = left.slice(0, 5).join(' · ') + (left.length > 5 ? ' …' : '')
    setNote([t('taken', { n: Object.keys(found).length }), ...(left.length ? [t('notTaken', { lines })] : [])])
  }
  function submit() {
    const carrierOf = (id: string) => (numbers[id]?.carrier ?? carrier).trim()
    const missing =
      filled.length === 0 ? 'needNumbers' : filled.some(({ order_id: id }) => !carrierOf(id)) ? 'needCarrier' : null
    setWrong(missing)
    if (missing) return
    onItems(
      filled.map((each) => {
        const tracking_no = numbers[each.order_id]?.tracking.normalize('NFKC').trim() ?? ''
        return itemOf(each, { parcels: [{ carrier: carrierOf(each.order_id), tracking_no }] })
      }),
    )
  }
  const errorOf = (code: string) => (wrong === code ? [{ pointer: '', code, message: t(wrong) }] : [])
  return (
    <form
      className="action-form"
      hidden={hidden}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <FieldFrame label={t('carrier')} required errors={errorOf('needCarrier')}>
        {(control) => <CarrierInput control={control} value={carrier} onChange={(value) => set({ carrier: value })} />}
      </FieldFrame>
      <FieldFrame label={t('paste')} hint={t('pasteHow')} errors={[]}>
        {(control) => (
          <textarea {...control} rows={4} value={pasted} onChange={(event) => set({ pasted: event.target.value })} />
        )}
      </FieldFrame>
      <div>
        <Button onClick={takeOver} disabled={!pasted.trim()}>
          {t('takeOver')}
        </Button>
        <p role="status">{note.join(' ')}</p>
      </div>
      {chosen.length > ONE_BY_ONE ? (
        <p className="quiet">{t('tooMany')}</p>
      ) : (
        <table className="table tracking-numbers" aria-label={t('trackingNo')}>
          <tbody>
            {chosen.map(({ order_id }) => (
              <tr key={order_id}>
                <th scope="row">{order_id}</th>
                <td>
                  <input
                    className="control"
                    aria-label={t('trackingOf', { order: order_id })}
                    autoComplete="off"
                    value={numbers[order_id]?.tracking ?? ''}
                    onChange={(event) =>
                      set({
                        numbers: { ...numbers, [order_id]: { ...numbers[order_id], tracking: event.target.value } },
                      })
                    }
                  />{' '}
                  <small className="quiet">{numbers[order_id]?.carrier}</small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {errorOf('needNumbers').map(({ message }) => (
        <p key={message} role="alert" className="field-error">
          {message}
        </p>
      ))}
      {filled.length && filled.length < chosen.length ? (
        <p className="quiet">{t('without', { n: chosen.length - filled.length })}</p>
      ) : null}
      <p className="quiet">{t('checkHow')}</p>
      <div>
        <Button type="primary" htmlType="submit">
          {t('check')}
        </Button>
      </div>
    </form>
  )
}
