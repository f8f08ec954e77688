import { Button } from 'antd'
import type { components } from '../../api/types'
import { useSend } from '../../api/useSend'
import { ConfirmButton } from '../../parts/ConfirmButton'
import { FormFields } from '../../parts/fields/FormFields'
import type { Field } from '../../parts/fields/field'
import { ProblemAlert } from '../../parts/ProblemAlert'
import { useDraft } from '../../parts/useDraft'
import { useWords } from '../../words/useWords'
import type { Member } from './MembersPart'
import { useRoles } from './useRoleLabel'
import { MEMBER_WORDS } from './words'

type Role = components['schemas']['AddMember']['role']

/** A new member, or the role of one that exists. */
export function MemberForm({ member, onClose }: { member: Member | undefined; onClose: () => void }) {
  const t = useWords(MEMBER_WORDS)
  const roles = useRoles()
  const draft = useDraft(`member:${member?.user_id ?? 'new'}`, {
    user_id: member?.user_id ?? '',
    role: (member?.role ?? 'staff') as string,
  })
  const form = draft.value
  function leave() {
    draft.clear()
    onClose()
  }
  const save = useSend((api, { user_id, role }: typeof form) => {
    if (!member) return api.client.POST('/v1/members', { body: { user_id: user_id.trim(), role: role as Role } })
    return api.client.PATCH('/v1/members/{user_id}', { params: { path: { user_id } }, body: { role: role as Role } })
  }, leave)
  const remove = useSend(
    (api, user_id: string) => api.client.DELETE('/v1/members/{user_id}', { params: { path: { user_id } } }),
    leave,
  )
  const role: Field = {
    name: 'role',
    label: t('role'),
    kind: 'choice',
    required: true,
    options: roles,
    hint: form.role in MEMBER_WORDS ? t(form.role as keyof typeof MEMBER_WORDS) : undefined,
  }
  const user: Field = { name: 'user_id', label: t('user'), kind: 'text', required: true, hint: t('userHint') }
  return (
    <section className="card" aria-label={member?.user_id ?? t('new')}>
      <h2>{member?.user_id ?? t('new')}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(form)
        }}
      >
        <FormFields fields={member ? [role] : [user, role]} values={form} onChange={draft.change} error={save.error} />
        <ProblemAlert error={save.error ?? remove.error} />
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={save.isPending}>
            {t('save')}
          </Button>
          <Button onClick={onClose}>{t('close')}</Button>
          {member ? (
            <ConfirmButton
              label={t('remove')}
              question={t('removeQuestion')}
              loading={remove.isPending}
              onConfirm={() => remove.mutate(member.user_id)}
            />
          ) : null}
        </div>
      </form>
    </section>
  )
}
