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
) {
  const draft = useDraft<Form>(`settings:${name}`, formOf(store))
  const save = useSend(
    (api, form: Form) => api.client.PATCH('/v1/store', { body: changeOf(form) }),
    (_, sent) => draft.saved(sent),
  )
  return { form: draft.value, change: draft.change, save, isSaved: save.isSuccess && !draft.isTyped }
}

/** The store, and whether the person may change it. */
export function useStoreSettings() {
  const store = useStore()
  const role = useRole()
  return { store, mayChange: role === 'owner', isKnown: Boolean(store && role) }
}
