import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts'
import { config } from './config'
import { dropAllFiles } from './keptFiles'

const SIGNED_IN = '/signed-in'
let manager: Promise<UserManager> | null = null
const listeners = new Set<() => void>()
let ended = false
let isSigningOut = false

/**
 * Tokens are kept in memory only: a script that reads the storage finds none, and a reload asks the issuer anew, which
 * answers at once while its own session lasts. The storage holds the PKCE verifier for the seconds of a sign-in.
 */
function users(): Promise<UserManager> {
  manager ??= config().then(
    ({ authority, client_id }) =>
      new UserManager({
        authority,
        client_id,
        redirect_uri: location.origin + SIGNED_IN,
        post_logout_redirect_uri: `${location.origin}/`,
        response_type: 'code',
        scope: 'openid',
        automaticSilentRenew: true,
        userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
        stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: 'signing-in:' }),
      }),
  )
  return manager
}

/** Whether the issuer has sent the browser back with a code. */
export const isSigningIn = () => location.pathname === SIGNED_IN

/** Ends with a signed-in user, or leaves the page for the issuer's sign-in page. */
export async function signIn(): Promise<void> {
  const oidc = await users()
  if (isSigningIn()) {
    const user = await oidc.signinCallback().catch(() => undefined)
    const to = (user?.state as { to?: string } | undefined)?.to
    history.replaceState(null, '', to?.startsWith('/') && !to.startsWith('//') ? to : '/')
    if (user) return
  }
  await goToSignIn()
}

/** Leaves the page; the way back leads to the address that is open now. */
export async function goToSignIn(): Promise<never> {
  const oidc = await users()
  await oidc.signinRedirect({ state: { to: location.pathname + location.search } })
  return new Promise(() => {})
}

/**
 * Whoever signs in next finds nothing of what was typed or chosen, also nothing that was typed until the issuer's page
 * came. Cognito's logout page wants `client_id` and `logout_uri` beside what the standard names.
 */
export async function signOut(): Promise<void> {
  isSigningOut = true
  window.addEventListener('pagehide', forget, { once: true })
  forget()
  try {
    const { client_id } = await config()
    const logout_uri = `${location.origin}/`
    await (await users()).signoutRedirect({ extraQueryParams: { client_id, logout_uri } })
  } finally {
    isSigningOut = false
  }
}

function forget() {
  sessionStorage.clear()
  dropAllFiles()
}

/** The token of a request. It never comes once the person signs out, so that no request goes out after that. */
export async function accessToken(): Promise<string> {
  const user = await (await users()).getUser()
  return isSigningOut ? new Promise(() => {}) : (user?.access_token ?? '')
}

/** Whether there is a new token. Where there is none the session has ended, and the page says so. */
export async function renewToken(): Promise<boolean> {
  const oidc = await users()
  const user = await oidc.signinSilent().catch(() => null)
  setEnded(user === null)
  return user !== null
}

function setEnded(now: boolean) {
  ended = now
  for (const changed of listeners) changed()
}

export const sessionEnd = {
  subscribe(changed: () => void) {
    listeners.add(changed)
    return () => listeners.delete(changed)
  },
  current: () => ended,
}
