/** An answer of the hub that is not the wished one, as `application/problem+json`. */

export interface ProblemBody {
  type?: string
  title?: string
  status?: number
  code?: string
  detail?: string
  hint?: string
  path?: string
  facts?: Record<string, unknown>
}

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly body: ProblemBody
  readonly retryAfter: number | null

  constructor(status: number, body: ProblemBody, retryAfter: number | null = null) {
    super(body.detail || body.title || `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? ''
    this.body = body
    this.retryAfter = retryAfter
  }

  /** Whether the same request may succeed later without any change. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }

  fact(name: string): string {
    const value = this.body.facts?.[name]
    return value === undefined || value === null ? '' : String(value)
  }
}

/** What is thrown when no answer came at all: no network, or the hub is away. */
export function unreachable(): Problem {
  return new Problem(0, { code: 'unreachable' })
}
