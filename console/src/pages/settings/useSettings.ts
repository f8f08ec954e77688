import { useApi } from '../../api/client'
import { useRole, useStore } from '../../api/queries'
import type { components, Store } from '../../api/types'
import { useSend } from '../../api/useSend'
import { useDraft } from '../../parts/useDraft'

type Change = components['schemas']['PatchStore']

/** Somebody else has saved these fields since they were typed in. */
class LostChange extends Error {
  readonly names: string[]

  constructor(names: string[]) {
    super('somebody else has changed this')
    this.names = names
  }
}

/** `base`: what was stored when each field was typed in. */
interface Typed<Form> {
  base: Form
  values: Form
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

function changedFields<Form extends object>({ base, values }: Typed<Form>): (keyof Form & string)[] {
  return (Object.keys(values) as (keyof Form & string)[]).filter((name) => !isSame(values[name], base[name]))
}

function picked<Form extends object>(form: Form, names: (keyof Form & string)[]): Partial<Form> {
  return Object.fromEntries(names.map((name) => [name, form[name]])) as Partial<Form>
}

/**
 * A form about a part of the store's settings: filled from the store, kept while it is typed. Only what was typed is sent.
 * A field that somebody else has changed meanwhile is not: it is `lost`, until the person chooses one of both.
 */
export function useSettings<Form extends object>(
  name: string,
  store: Store,
  formOf: (store: Store) => Form,
  changeOf: (form: Form) => Change,
) {
  const asked = useApi().useQuery('get', '/v1/store', {}, { enabled: false })
  const stored = formOf(store)
  const draft = useDraft<Typed<Form>>(`store:${name}`, { base: stored, values: stored })
  const typed = changedFields(draft.value)
  const form: Form = { ...stored, ...picked(draft.value.values, typed) }
  const save = useSend(
    async (api, sent: Typed<Form>) => {
      const { data: now = store } = await asked.refetch({ throwOnError: true })
      const theirs = formOf(now)
      const mine = changedFields(sent)
      const lost = mine.filter(
        (name) => !isSame(theirs[name], sent.base[name]) && !isSame(theirs[name], sent.values[name]),
      )
      if (lost.length) throw new LostChange(lost)
      const [before, after] = [changeOf(theirs), changeOf({ ...theirs, ...picked(sent.values, mine) })]
      const body = Object.fromEntries(
        Object.entries(after).filter(([name, value]) => !isSame(value, before[name as keyof Change])),
      )
      return api.client.PATCH('/v1/store', { body })
    },
    (_, sent) => draft.saved(sent),
  )
  const lost = save.error instanceof LostChange ? save.error.names : null
  return {
    form,
    stored,
    save,
    lost,
    isSaved: save.isSuccess && !draft.isTyped,
    change: (values: Form) => draft.change({ base: { ...stored, ...picked(draft.value.base, typed) }, values }),
    send: () => save.mutate(draft.value),
    sendMine: () => {
      const mine = { base: stored, values: form }
      draft.change(mine)
      save.mutate(mine)
    },
    takeTheirs: () => {
      draft.change({ base: stored, values: { ...form, ...picked(stored, (lost ?? []) as typeof typed) } })
      save.reset()
    },
  }
}

export type Settings<Form extends object> = ReturnType<typeof useSettings<Form>>

/** The store, and whether the person may change it. */
export function useStoreSettings() {
  const store = useStore()
  const role = useRole()
  return { store, mayChange: role === 'owner', isKnown: Boolean(store && role) }
}
