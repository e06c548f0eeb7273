/** The one place that speaks HTTP with the hub: typed by its OpenAPI document; cookies, CSRF, problems, time-outs. */

import createClient from 'openapi-fetch'

import type { paths } from '@/schema'
import { heardDate } from '@/time/now'

import { Problem, unreachable, type ProblemBody } from './problem'

const PATIENCE = 20_000
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

/** Every answer that is not the wished one is thrown as a `Problem`. */
async function ask(request: Request): Promise<Response> {
  if (request.method !== 'GET') request.headers.set('X-CSRF-Token', state.csrf)
  let response: Response
  try {
    response = await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE)]) })
  } catch (error) {
    if (request.signal.aborted) throw error
    throw unreachable()
  }
  heardDate(response.headers.get('Date'))
  if (response.ok) return response
  const problem = await problemOf(response)
  if (problem.status === 401 && !request.url.endsWith('/session')) state.onUnauthenticated()
  throw problem
}

/** The browser makes a `Request` of relative addresses; a test run has no address of its own. */
const base = typeof location === 'undefined' ? 'http://localhost' : location.origin

export const api = createClient<paths>({ baseUrl: base, fetch: ask, credentials: 'same-origin' })

/** What came back, without the envelope: whatever went wrong was thrown. */
export async function told<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}
