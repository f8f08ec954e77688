import { useApi } from '../../api/client'
import type { components, Order, Refund } from '../../api/types'
import { Amount } from '../../parts/Amount'
import type { Column } from '../../parts/DataTable'
import { Facts } from '../../parts/Facts'
import { Moment } from '../../parts/Moment'
import { PlainTable } from '../../parts/PlainTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { AnswerBy } from './AnswerBy'
import { FUNDS_WORDS } from './fundsWords'

type Movement = components['schemas']['MovementView']
type FundColumn<Row> = Omit<Column<Row>, 'title'> & { title: keyof typeof FUNDS_WORDS }

/** How the amounts are shown: the sum first, then what became of it. */
const AMOUNTS = [
  'lines',
  'shipping',
  'discount',
  'tax',
  'adjustment',
  'total',
  'received',
  'refunded',
  'commission',
  'affiliate_fee',
  'tax_withheld',
  'expected_release',
  'released',
  'unexplained',
] as const satisfies (keyof Order['amounts'])[]

const ENTRIES: FundColumn<Movement>[] = [
  { key: 'at', title: 'at', cell: ({ at }) => <Moment at={at} /> },
  { key: 'flow', title: 'flow', cell: ({ flow_label }) => flow_label },
  { key: 'amount', title: 'amount', align: 'right', cell: ({ amount }) => <Amount value={amount} /> },
  { key: 'held', title: 'held', align: 'right', cell: ({ held }) => <Amount value={held} /> },
]

const REFUNDS: FundColumn<Refund>[] = [
  { key: 'source', title: 'source', cell: ({ source_label }) => source_label },
  { key: 'state', title: 'state', cell: ({ state_label }) => state_label },
  { key: 'amount', title: 'amount', align: 'right', cell: ({ amount }) => <Amount value={amount} /> },
  { key: 'reason', title: 'reason', cell: ({ reason, reason_label }) => reason_label ?? reason },
  { key: 'requested', title: 'requested', cell: ({ requested_at }) => <Moment at={requested_at} /> },
  { key: 'answer', title: 'answer', cell: (refund) => <AnswerBy refund={refund} /> },
  { key: 'paid', title: 'paidAt', cell: ({ paid_at }) => <Moment at={paid_at} /> },
]

export function Funds({ order }: { order: Order }) {
  const t = useWords(FUNDS_WORDS)
  const funds = useApi().useQuery('get', '/v1/orders/{order_id}/funds', {
    params: { path: { order_id: order.order_id } },
  })
  const { data } = funds
  return (
    <>
      <div className="order-cards">
        <section className="card" aria-label={t('split')}>
          <h3>{t('split')}</h3>
          <dl className="facts money-split">
            {AMOUNTS.filter((name) => order.amounts[name]).map((name) => (
              <div key={name} className={name === 'total' ? 'sum' : undefined}>
                <dt>{t(name)}</dt>
                <dd>
                  <Amount value={order.amounts[name]} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
        <section className="card" aria-label={t('now')}>
          <h3>{t('now')}</h3>
          <Facts
            rows={{
              [t('fundState')]: order.fund_state_label,
              [t('held')]: data && <Amount value={data.held} />,
              [t('expected_release')]: data?.expected && <Amount value={data.expected} />,
              [t('expectedAt')]: data?.expected_at && <Moment at={data.expected_at} />,
              [t('released')]: data?.released && <Amount value={data.released} />,
              [t('difference')]: data?.difference && <Amount value={data.difference} />,
              [t('unexplained')]: data && <Amount value={data.unexplained} />,
            }}
          />
          <ProblemAlert error={funds.error} onRetry={funds.refetch} />
        </section>
      </div>
      <h3>{t('entries')}</h3>
      {data?.entries.length ? (
        <PlainTable
          label={t('entries')}
          columns={ENTRIES.map((column) => ({ ...column, title: t(column.title) }))}
          rows={data.entries}
          rowKey={({ seq, flow }) => `${seq} ${flow}`}
        />
      ) : (
        <p className="quiet">{t('noEntries')}</p>
      )}
      <h3>{t('refunds')}</h3>
      {order.refunds.length ? (
        <PlainTable
          label={t('refunds')}
          columns={REFUNDS.map((column) => ({ ...column, title: t(column.title) }))}
          rows={order.refunds}
          rowKey={({ refund_id }) => refund_id}
        />
      ) : (
        <p className="quiet">{t('noRefunds')}</p>
      )}
    </>
  )
}
