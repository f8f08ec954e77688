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
  onSaved: () => void,
) {
  const draft = useDraft<Form>(`settings:${name}`, formOf(store))
  const save = useSend(
    (api, form: Form) => api.client.PATCH('/v1/store', { body: changeOf(form) }),
    () => {
      draft.forget()
      onSaved()
    },
  )
  return { form: draft.value, change: draft.change, save }
}

/** The store, whether the person may change it, and what says that a change was saved. */
export function useStoreSettings() {
  const store = useStore()
  const role = useRole()
  const [saved, setSaved] = useState(false)
  return { store, mayChange: role === 'owner', isKnown: Boolean(store && role), saved, onSaved: () => setSaved(true) }
}
