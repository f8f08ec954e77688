import { Button } from 'antd'
import { useState } from 'react'
import type { Customer } from '../../api/types'
import { useSend } from '../../api/useSend'
import { FormFields } from '../../parts/fields/FormFields'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useMoment } from '../../parts/times'
import { Who } from '../../parts/Who'
import { useWords } from '../../words/useWords'
import { segmentOf } from './address'
import { WORDS } from './words'

const UNTYPED = { typed: '', include_open: false }

/** Erases a buyer's data, after the buyer's id was typed; or shows how far an erasure is and what it does not reach. */
export function Erasure({ customer, mayErase }: { customer: Customer; mayErase: boolean }) {
  const t = useWords(WORDS)
  const [values, setValues] = useState(UNTYPED)
  const erase = useSend(
    (api, include_open: boolean) =>
      api.client.POST('/v1/customers/{buyer_id}/erase', {
        params: { path: { buyer_id: segmentOf(customer.buyer_id) } },
        body: { include_open },
      }),
    () => setValues(UNTYPED),
  )
  return (
    <>
      {customer.erasure ? <Progress erasure={customer.erasure} /> : null}
      {mayErase ? (
        <details className="danger">
          <summary>{t('erase')}</summary>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              erase.mutate(values.include_open)
            }}
          >
            <p>{t('eraseWhat')}</p>
            <FormFields
              fields={[
                { name: 'include_open', label: t('includeOpen'), kind: 'mark', hint: t('includeOpenHint') },
                { name: 'typed', label: t('typeId', { id: customer.buyer_id }), kind: 'text', required: true },
              ]}
              values={values}
              onChange={setValues}
              error={erase.error}
            />
            <ProblemAlert error={erase.error} />
            <div className="form-actions">
              <Button
                danger
                htmlType="submit"
                loading={erase.isPending}
                disabled={values.typed.trim() !== customer.buyer_id}
              >
                {t('eraseNow')}
              </Button>
            </div>
          </form>
        </details>
      ) : null}
    </>
  )
}

function Progress({ erasure }: { erasure: NonNullable<Customer['erasure']> }) {
  const t = useWords(WORDS)
  const moment = useMoment()
  return (
    <section>
      <h2>{t('erasure')}</h2>
      <dl className="facts">
        <div>
          <dt>{t('state')}</dt>
          <dd>{erasure.state_label}</dd>
        </div>
        <div>
          <dt>{t('requested')}</dt>
          <dd>
            <Moment at={erasure.requested_at} /> · <Who actor={erasure.requested_by} />
          </dd>
        </div>
        <div>
          <dt>{t('erasedOrders')}</dt>
          <dd>{erasure.orders}</dd>
        </div>
        <div>
          <dt>{t('openOrders')}</dt>
          <dd>{erasure.open_orders}</dd>
        </div>
      </dl>
      <h3>{t('notReached')}</h3>
      <ul>
        {erasure.not_reached.map(({ what, what_label, until }) => (
          <li key={what}>
            {until ? t('until', { what: what_label, time: moment(until) }) : t('afterwards', { what: what_label })}
          </li>
        ))}
      </ul>
    </section>
  )
}
