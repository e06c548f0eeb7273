/** The one place that speaks HTTP with the hub: cookies, CSRF, problems, time-outs. */

import { Problem, unreachable, type ProblemBody } from './problem'

type Query = Record<string, string | number | boolean | null | undefined>

export interface Ask {
  query?: Query
  body?: unknown
  signal?: AbortSignal
  /** Milliseconds until the request is given up. */
  timeout?: number
}

const BASE = '/api/v1'
const state = { csrf: '', onUnauthenticated: () => {} }

export function holdCsrf(token: string): void {
  state.csrf = token
}

export function heldCsrf(): string {
  return state.csrf
}

/** Who is told when the hub says that nobody is logged in. */
export function whenLoggedOut(tell: () => void): void {
  state.onUnauthenticated = tell
}

export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
  return search ? `${BASE}${path}?${search}` : `${BASE}${path}`
}

async function problemOf(response: Response): Promise<Problem> {
  let body: ProblemBody = {}
  try {
    body = (await response.json()) as ProblemBody
  } catch {
    // A proxy in between may answer with a page; the status is all there is.
  }
  const after = Number(response.headers.get('Retry-After'))
  return new Problem(response.status, body, Number.isFinite(after) && after > 0 ? after : null)
}

function signalOf(ask: Ask): AbortSignal {
  const late = AbortSignal.timeout(ask.timeout ?? 20_000)
  return ask.signal ? AbortSignal.any([late, ask.signal]) : late
}

async function call<T>(method: string, path: string, ask: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-CSRF-Token'] = state.csrf
  if (ask.body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(address(path, ask.query), {
      method,
      headers,
      credentials: 'same-origin',
      signal: signalOf(ask),
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
    })
  } catch (error) {
    if (ask.signal?.aborted) throw error
    throw unreachable()
  }
  if (!response.ok) {
    const problem = await problemOf(response)
    if (problem.status === 401 && path !== '/session') state.onUnauthenticated()
    throw problem
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}

export const http = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    call<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) }),
  post: <T>(path: string, body?: unknown) => call<T>('POST', path, { body: body ?? {} }),
  put: <T>(path: string, body: unknown) => call<T>('PUT', path, { body }),
  patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, { body }),
  delete: <T = void>(path: string) => call<T>('DELETE', path),
}

/** Ids go into paths: whatever they hold, they stay one segment. */
export function seg(id: string | number): string {
  return encodeURIComponent(String(id))
}
