/** How long somebody waits, what is owed when, and when that is too long. Pure: the time is handed in. */

import type { Held, Line } from '@/api/supervision'
import { customerName } from '@/inbox/names'

/** Milliseconds after which a wait is worth a look, and after which it is bad. */
export const LONG = 120_000
export const BAD = 600_000

export type Alarm = 'calm' | 'long' | 'bad'

export function alarm(waited: number | null): Alarm {
  if (waited === null || waited < LONG) return 'calm'
  return waited < BAD ? 'long' : 'bad'
}

export function waited(since: string | null | undefined, now: number): number | null {
  return since ? Math.max(0, now - Date.parse(since)) : null
}

/** Since when the customer of a line waits: in the queue, or for an answer, whichever began earlier. */
export function waitsSince(line: Pick<Line, 'queued_at' | 'waiting_since'>): string | null {
  const times = [line.queued_at, line.waiting_since].filter((at): at is string => Boolean(at))
  return times.length ? times.reduce((a, b) => (Date.parse(a) <= Date.parse(b) ? a : b)) : null
}

export function nameOf(line: Line | Held): string {
  return customerName({ name: line.name, address: { channel: line.channel, user: line.address } })
}
