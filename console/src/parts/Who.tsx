import { useCodes } from '../api/codes'

/** Who did something, or what somebody is in a store: the id, and the role in words. */
export function Who({ actor: { id, role } }: { actor: { id: string; role: string } }) {
  const actors = useCodes('actor')
  return `${id} · ${actors.find(({ code }) => code === role)?.label ?? role}`
}
