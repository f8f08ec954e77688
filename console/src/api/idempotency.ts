/**
 * Idempotency keys of POST requests. A request whose answer was lost and the same request sent again have one key, also
 * after a reload of the page; the key ends with an answer that is final.
 */
const PREFIX = 'idempotency:'

async function nameOf(store: string, path: string, body: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${store}\n${path}\n${body}`))
  return PREFIX + Array.from(new Uint8Array(digest).slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function takeKey(store: string, path: string, body: string): Promise<{ name: string; key: string }> {
  const name = await nameOf(store, path, body)
  const key = sessionStorage.getItem(name) ?? crypto.randomUUID()
  sessionStorage.setItem(name, key)
  return { name, key }
}

/** 409 with Retry-After, 429 and 5xx are not kept by the API: the same key goes on. */
export function isFinal(response: Response): boolean {
  const waits = response.status === 409 && response.headers.has('Retry-After')
  return !waits && response.status !== 401 && response.status !== 429 && response.status < 500
}

export function endKey(name: string): void {
  sessionStorage.removeItem(name)
}
