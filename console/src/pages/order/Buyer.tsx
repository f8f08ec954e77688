import { Flex } from 'antd'
import { Link } from 'react-router'
import { useApi, useStoreId } from '../../api/client'
import type { Order } from '../../api/types'
import { Amount } from '../../parts/Amount'
import { Facts } from '../../parts/Facts'
import { Mark } from '../../parts/Mark'
import { Moment } from '../../parts/Moment'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { usePreferences } from '../../shell/preferences'
import { useWords } from '../../words/useWords'
import { openCustomer, segmentOf } from '../customer/address'
import { WORDS } from './words'

/** Who buys: figures, marks, and the ways to the customer and to their other orders. */
export function Buyer({ order }: { order: Order }) {
  const t = useWords(WORDS)
  const { language } = usePreferences()
  const store = encodeURIComponent(useStoreId())
  const { id, name, country } = order.buyer
  const customer = useApi().useQuery('get', '/v1/customers/{buyer_id}', {
    params: { path: { buyer_id: segmentOf(id) } },
  })
  const percent = (rate: number | null) =>
    rate === null ? undefined : rate.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 })
  const figures = customer.data
  return (
    <section className="card" aria-label={t('buyer')}>
      <h3>{t('buyer')}</h3>
      <Flex gap="small" wrap align="center">
        <strong>{name ?? id}</strong> <span className="quiet">{figures?.country_label ?? country}</span>
        {figures?.blocked ? <Mark tone="late">{t('blocked')}</Mark> : null}
        {figures?.reminder_opt_out ? <Mark tone="soon">{t('optOut')}</Mark> : null}
        {figures?.tags.map((tag) => (
          <Mark key={tag}>{tag}</Mark>
        ))}
      </Flex>
      <ProblemAlert error={customer.error} onRetry={customer.refetch} />
      {figures ? (
        <Facts
          rows={{
            [t('orders')]: figures.orders,
            [t('paidOrders')]: figures.paid_orders,
            [t('spend')]: figures.spend.map((each) => (
              <div key={each.currency}>
                <Amount value={each} />
              </div>
            )),
            [t('groups')]: `${figures.frequency_label} · ${figures.amount_label}`,
            [t('refundRate')]: percent(figures.refund_rate),
            [t('disputeRate')]: percent(figures.dispute_rate),
            [t('firstOrder')]: figures.first_order_at && <Moment at={figures.first_order_at} />,
            [t('customerNote')]: figures.note,
          }}
        />
      ) : null}
      <Flex gap="middle" wrap className="no-print">
        <Link to={openCustomer(id)}>{t('openCustomer')}</Link>
        <Link to={`/stores/${store}/orders?${new URLSearchParams({ buyer: id })}`}>{t('allOrders')}</Link>
      </Flex>
    </section>
  )
}
