import { useApi, useStoreId } from '../../api/client'
import type { components } from '../../api/types'
import { Loading } from '../../parts/Loading'
import { PlainTable } from '../../parts/PlainTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { MEMBER_WORDS } from './words'

type Held = components['schemas']['HeldStore']

/** The caller's own roles: the API tells no others yet. */
export default function MembersPart() {
  const t = useWords(MEMBER_WORDS)
  const store = useStoreId()
  const me = useApi().useQuery('get', '/v1/me')
  if (me.error) return <ProblemAlert error={me.error} onRetry={me.refetch} />
  if (!me.data) return <Loading />
  const columns = [
    {
      key: 'store',
      title: t('store'),
      cell: ({ store_id, name }: Held) => [name, store_id, store_id === store && t('this')].filter(Boolean).join(' · '),
    },
    {
      key: 'role',
      title: t('role'),
      cell: ({ role }: Held) => (role in MEMBER_WORDS ? t(role as keyof typeof MEMBER_WORDS) : role),
    },
  ]
  return (
    <>
      <p>{t('you', { user: me.data.user_id })}</p>
      <PlainTable
        label={t('role')}
        columns={columns}
        rows={me.data.stores}
        rowKey={({ store_id, role }) => `${store_id} ${role}`}
      />
      <p className="quiet">{t('where', { example: `${store}:staff` })}</p>
    </>
  )
}
