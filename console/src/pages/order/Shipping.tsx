import { Alert, Button, Flex } from 'antd'
import { useState } from 'react'
import { OrderActionForm, orderDraft } from '../../actions/OrderActionForm'
import type { Order, Parcel } from '../../api/types'
import { Changes } from '../../history/Changes'
import { Copy } from '../../parts/Copy'
import { Facts } from '../../parts/Facts'
import { Moment } from '../../parts/Moment'
import { useWords } from '../../words/useWords'
import { nameOf } from './Lines'
import { WORDS } from './words'

export function Shipping({ order }: { order: Order }) {
  const t = useWords(WORDS)
  if (!order.parcels.length) return <p className="quiet">{t('noParcels')}</p>
  return (
    <div className="order-cards">
      {order.parcels.map((parcel) => (
        <ParcelCard key={parcel.parcel_id} order={order} parcel={parcel} />
      ))}
    </div>
  )
}

function ParcelCard({ order, parcel }: { order: Order; parcel: Parcel }) {
  const t = useWords(WORDS)
  const [editing, setEditing] = useState(false)
  const names = new Map(order.lines.map((line) => [line.line_id, nameOf(line)]))
  const { parcel_id, carrier, carrier_name, tracking_no, tracking_url } = parcel
  return (
    <article className="card" aria-label={`${carrier_name} ${tracking_no}`}>
      <Facts
        rows={{
          [t('carrier')]: carrier_name,
          [t('trackingNo')]: (
            <Flex gap="small" wrap align="center">
              <code>{tracking_no}</code>
              <Copy text={tracking_no} name={tracking_no} />
              <a href={tracking_url} target="_blank" rel="noreferrer" aria-label={t('trackOf', { no: tracking_no })}>
                {t('track')} ↗
              </a>
            </Flex>
          ),
          [t('shippedAt')]: <Moment at={parcel.shipped_at} />,
          [t('delivered')]: parcel.delivered_at ? <Moment at={parcel.delivered_at} /> : t('notDelivered'),
          [t('contents')]: parcel.lines
            .map(({ line_id, quantity }) => `${names.get(line_id) ?? line_id} × ${quantity}`)
            .join(', '),
        }}
      />
      {parcel.warnings?.map(({ code, message }) => (
        <Alert key={code} type="warning" showIcon title={message} />
      ))}
      {order.actions.includes('edit_shipment') && !editing ? (
        <Button
          className="no-print"
          size="small"
          aria-label={t('editOf', { no: tracking_no })}
          onClick={() => setEditing(true)}
        >
          {t('edit')}
        </Button>
      ) : null}
      {editing ? (
        <OrderActionForm
          order={order}
          action="edit_shipment"
          label={t('editShipment')}
          draft={orderDraft(order.order_id, `edit_shipment:${parcel_id}`)}
          initial={{ parcel_id, carrier, tracking_no }}
          onDone={() => setEditing(false)}
          onCancel={() => setEditing(false)}
          since={(version) => <Changes orderId={order.order_id} since={version} />}
        />
      ) : null}
    </article>
  )
}
