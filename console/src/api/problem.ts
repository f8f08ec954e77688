import type { components } from './schema'

type ProblemBody = components['schemas']['ProblemView']

/** An answer of the API that is no success (RFC 9457), or of API Gateway before it (`{"message"}`). */
export class Problem extends Error {
  readonly status: number
  readonly body: Partial<ProblemBody>
  readonly retryAfter: number | null

  constructor(status: number, body: Partial<ProblemBody>, retryAfter: number | null) {
    super(body.detail ?? body.title ?? String(status))
    this.name = 'Problem'
    this.status = status
    this.body = body
    this.retryAfter = retryAfter
  }

  get code(): string {
    return this.body.code ?? `http_${this.status}`
  }

  /** Whether the same request may succeed later, unchanged. */
  get isTemporary(): boolean {
    return this.status === 429 || this.status === 503
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => ({}))
  const known = typeof body === 'object' && body !== null ? (body as Partial<ProblemBody> & { message?: string }) : {}
  const wait = Number(response.headers.get('Retry-After'))
  return new Problem(response.status, { ...known, detail: known.detail ?? known.message }, wait > 0 ? wait : null)
}
