import { useState } from 'react'
import { useRole, useStore } from '../../api/queries'
import type { components, Store } from '../../api/types'
import { useSend } from '../../api/useSend'
import { useDraft } from '../../parts/useDraft'

/** A form about a part of the store's settings: filled from the store, kept while it is typed, sent as a change. */
export function useSettings<Form>(
  name: string,
  store: Store,
  formOf: (store: Store) => Form,
  changeOf: (form: Form) => components['schemas']['PatchStore'],
  onSaved: (saved: boolean) => void,
) {
  const draft = useDraft<Form>(`settings:${name}`, formOf(store))
  const save = useSend(
    (api, form: Form) => api.client.PATCH('/v1/store', { body: changeOf(form) }),
    (_, sent) => {
      draft.forget(sent)
      onSaved(true)
    },
  )
  function change(next: Form) {
    onSaved(false)
    draft.change(next)
  }
  return { form: draft.value, change, save }
}

/** The store, whether the person may change it, and what says that a change was saved. */
export function useStoreSettings() {
  const store = useStore()
  const role = useRole()
  const [saved, onSaved] = useState(false)
  return { store, mayChange: role === 'owner', isKnown: Boolean(store && role), saved, onSaved }
}
