/** How long and how often one may still write to a customer. Pure: the time is given. */

import type { WindowNow } from '@/api/channels'

export type Standing =
  | { kind: 'free' }
  | { kind: 'open'; left: number | null; time: number | null; soon: boolean }
  | { kind: 'closed'; why: 'time' | 'quota' | 'never' }

const HOUR = 3_600_000

/** Where a window stands at `now` (milliseconds): the hub's word, and the clock since. */
export function standing(window: WindowNow | undefined, now: number): Standing {
  if (!window?.needed) return { kind: 'free' }
  const time = window.until ? Date.parse(window.until) - now : null
  const left = window.left ?? null
  if (left !== null && left <= 0) return { kind: 'closed', why: 'quota' }
  if (time !== null && time <= 0) return { kind: 'closed', why: 'time' }
  if (!window.open) return { kind: 'closed', why: 'never' }
  return { kind: 'open', left, time, soon: (time !== null && time < HOUR) || (left !== null && left <= 1) }
}

/** 47:12:05; of a span below an hour 12:05. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`
}
