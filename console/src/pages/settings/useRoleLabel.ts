import { useCodeParts } from '../../api/codes'

export function useRoles() {
  return useCodeParts('roles').roles ?? []
}

/** The label of a role in the page's language. */
export function useRoleLabel(): (role: string) => string {
  const roles = useRoles()
  return (role) => roles.find(({ code }) => code === role)?.label ?? role
}
