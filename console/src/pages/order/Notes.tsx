import { Button } from 'antd'
import { useState } from 'react'
import { ActionForm } from '../../actions/ActionForm'
import type { ActionRow } from '../../actions/fields'
import { orderDraft } from '../../actions/OrderActionForm'
import { useStoreId } from '../../api/client'
import { useRole } from '../../api/queries'
import type { Order } from '../../api/types'
import { Changes } from '../../history/Changes'
import { Facts } from '../../parts/Facts'
import { hasDraft } from '../../parts/useDraft'
import { useWords } from '../../words/useWords'
import { WORDS } from './words'

const ROW: ActionRow = {
  fields: [
    { name: 'note', kind: 'text', label: 'note' },
    { name: 'tags', kind: 'line', label: 'tags', hint: 'tagsHint' },
    { name: 'assignee', kind: 'line', label: 'assignee' },
  ],
}

/** What the store notes of an order. The buyer never sees it. */
export function Notes({ order }: { order: Order }) {
  const t = useWords(WORDS)
  const role = useRole()
  const draft = orderDraft(order.order_id, 'notes')
  const store = useStoreId()
  const [editing, setEditing] = useState(() => hasDraft(store, draft))
  const { order_id, version, note, tags, assignee } = order
  const close = () => setEditing(false)
  return (
    <section className="card" aria-label={t('notes')}>
      <h3>{t('notes')}</h3>
      {editing ? (
        <ActionForm<Order>
          row={ROW}
          label={t('save')}
          draft={draft}
          context={{}}
          version={version}
          initial={{ note: note ?? '', tags: tags.join(', '), assignee: assignee ?? '' }}
          send={(api, body, match) =>
            api.client.PATCH('/v1/orders/{order_id}', {
              params: { path: { order_id }, header: { 'If-Match': match } },
              body: {
                note: (body.note as string | undefined) ?? null,
                tags: tagsOf(body.tags as string | undefined),
                assignee: (body.assignee as string | undefined) ?? null,
              },
            })
          }
          onDone={close}
          onCancel={close}
          since={(before) => <Changes orderId={order_id} since={before} />}
        />
      ) : (
        <>
          <Facts
            rows={{
              [t('note')]: note || t('none'),
              [t('tags')]: tags.join(', ') || t('none'),
              [t('assignee')]: assignee || t('none'),
            }}
          />
          {role === 'owner' || role === 'staff' ? (
            <Button size="small" className="no-print" onClick={() => setEditing(true)}>
              {t('edit')}
            </Button>
          ) : null}
        </>
      )}
    </section>
  )
}

function tagsOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(/[,，、]/)
    .map((tag) => tag.trim())
    .filter(Boolean)
}
