import { useSearchParams } from 'react-router'
import { useApi } from '../../api/client'
import { useRole } from '../../api/queries'
import { Loading } from '../../parts/Loading'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useAddressChange } from '../../parts/useAddressChange'
import { Drawer } from '../../shell/Drawer'
import { useWords } from '../../words/useWords'
import { segmentOf } from './address'
import { CustomerNotes } from './CustomerNotes'
import { CustomerOrders } from './CustomerOrders'
import { Erasure } from './Erasure'
import { FIGURES } from './figures'
import { WORDS } from './words'

/** The customer whom the address names, over any page. */
export default function CustomerDrawer() {
  const t = useWords(WORDS)
  const [search] = useSearchParams()
  const changeAddress = useAddressChange()
  const buyer = search.get('customer') ?? ''
  const role = useRole()
  const customer = useApi().useQuery('get', '/v1/customers/{buyer_id}', {
    params: { path: { buyer_id: segmentOf(buyer) } },
  })
  const known = customer.data
  function close() {
    changeAddress((next) => {
      next.delete('customer')
    })
  }
  return (
    <Drawer open onClose={close} size={640} title={known?.name ?? buyer}>
      <ProblemAlert error={customer.error} onRetry={customer.refetch} />
      {known ? (
        <>
          <h2>{t('figures')}</h2>
          <dl className="facts">
            {FIGURES.map(({ name, value }) => (
              <div key={name}>
                <dt>{t(name)}</dt>
                <dd>{value(known)}</dd>
              </div>
            ))}
          </dl>
          <CustomerNotes
            key={buyer}
            customer={known}
            mayChange={role === 'owner' || role === 'staff'}
            refetch={customer.refetch}
          />
          <CustomerOrders buyer={buyer} />
          <Erasure key={`erase ${buyer}`} customer={known} mayErase={role === 'owner'} />
        </>
      ) : customer.error ? null : (
        <Loading />
      )}
    </Drawer>
  )
}
