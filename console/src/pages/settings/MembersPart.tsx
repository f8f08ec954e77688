import { Button } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { useApi, useStoreId } from '../../api/client'
import { useRole } from '../../api/queries'
import type { components } from '../../api/types'
import { type Column, DataTable } from '../../parts/DataTable'
import { Loading } from '../../parts/Loading'
import { Moment } from '../../parts/Moment'
import { PlainTable } from '../../parts/PlainTable'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useWords } from '../../words/useWords'
import { MemberForm } from './MemberForm'
import { useRoleLabel } from './useRoleLabel'
import { MEMBER_WORDS } from './words'

type Held = components['schemas']['HeldStore']
type MemberChange = components['schemas']['MemberChangeView']
export type Member = components['schemas']['MemberView']

const NEW = 'new'

/** An owner sees and changes the members; the others see their own roles. */
export default function MembersPart() {
  const t = useWords(MEMBER_WORDS)
  const role = useRole()
  const me = useApi().useQuery('get', '/v1/me')
  if (!me.data) return me.error ? <ProblemAlert error={me.error} onRetry={me.refetch} /> : <Loading />
  if (!role) return <Loading />
  return (
    <>
      <p>{t('you', { user: me.data.user_id })}</p>
      {role === 'owner' ? (
        <>
          <Members />
          <Changes />
        </>
      ) : (
        <OwnRoles stores={me.data.stores} />
      )}
    </>
  )
}

function Members() {
  const t = useWords(MEMBER_WORDS)
  const labelOf = useRoleLabel()
  const [search, setSearch] = useSearchParams()
  const open = search.get('member')
  const members = useApi().useQuery('get', '/v1/members', { params: { query: { limit: 200 } } })
  const chosen = members.data?.data.find(({ user_id }) => user_id === open)
  function show(member: string | null) {
    setSearch((before) => {
      const next = new URLSearchParams(before)
      if (member) next.set('member', member)
      else next.delete('member')
      return next
    })
  }
  const columns: Column<Member>[] = [
    {
      key: 'user',
      title: t('user'),
      cell: ({ user_id }) => (
        <Link to={`?${new URLSearchParams({ show: 'members', member: user_id })}`}>{user_id}</Link>
      ),
    },
    { key: 'role', title: t('role'), cell: ({ role }) => labelOf(role) },
    { key: 'added', title: t('added'), cell: ({ added_at }) => <Moment at={added_at} /> },
    { key: 'by', title: t('by'), cell: ({ added_by }) => added_by },
  ]
  return (
    <>
      <div className="toolbar">
        <Button type="primary" onClick={() => show(NEW)}>
          {t('new')}
        </Button>
      </div>
      {open === NEW || chosen ? <MemberForm key={open} member={chosen} onClose={() => show(null)} /> : null}
      <ProblemAlert error={members.error} onRetry={members.refetch} />
      {members.error ? null : (
        <DataTable
          label={t('list')}
          columns={columns}
          rows={members.data?.data}
          rowKey={({ user_id }) => user_id}
          onOpen={({ user_id }) => show(user_id)}
        />
      )}
    </>
  )
}

/** The latest changes of the members. */
function Changes() {
  const t = useWords(MEMBER_WORDS)
  const labelOf = useRoleLabel()
  const changes = useApi().useQuery('get', '/v1/members/history', { params: { query: { limit: 50 } } })
  const columns: Column<MemberChange>[] = [
    { key: 'at', title: t('at'), cell: ({ at }) => <Moment at={at} /> },
    { key: 'actor', title: t('by'), cell: ({ actor }) => actor.id },
    { key: 'user', title: t('user'), cell: ({ user_id }) => user_id },
    {
      key: 'change',
      title: t('change'),
      cell: ({ from, to }) => [from, to].map((role) => (role ? labelOf(role) : t('none'))).join(' → '),
    },
  ]
  return (
    <section>
      <h2>{t('changes')}</h2>
      <ProblemAlert error={changes.error} onRetry={changes.refetch} />
      <PlainTable
        label={t('changes')}
        columns={columns}
        rows={changes.data?.data ?? []}
        rowKey={({ seq }) => String(seq)}
      />
    </section>
  )
}

function OwnRoles({ stores }: { stores: Held[] }) {
  const t = useWords(MEMBER_WORDS)
  const labelOf = useRoleLabel()
  const store = useStoreId()
  const columns = [
    {
      key: 'store',
      title: t('store'),
      cell: ({ store_id, name }: Held) => [name, store_id, store_id === store && t('this')].filter(Boolean).join(' · '),
    },
    { key: 'role', title: t('role'), cell: ({ role }: Held) => labelOf(role) },
  ]
  return (
    <>
      <PlainTable label={t('role')} columns={columns} rows={stores} rowKey={({ store_id }) => store_id} />
      <p className="quiet">{t('who')}</p>
    </>
  )
}
