/** Times in words: how long, when, on which day. */

import { i18n, say } from '@/i18n'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** How long, as short as a list wants it: 42 s, 3:05, 2 h 10 min, 4 d. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < MINUTE) return say('time.seconds', { n: seconds })
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, '0')}`
  if (seconds < DAY) return say('time.hours', { h: Math.floor(seconds / HOUR), m: Math.floor((seconds % HOUR) / MINUTE) })
  return say('time.days', { n: Math.floor(seconds / DAY) })
}

function format(at: number | string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(i18n.global.locale.value, options).format(new Date(at))
}

export function clock(at: number | string): string {
  return format(at, { hour: '2-digit', minute: '2-digit', hour12: false })
}

export function full(at: number | string): string {
  return format(at, { dateStyle: 'medium', timeStyle: 'medium', hour12: false })
}

export function dayKey(at: string): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
}

function daysAgo(at: string, now: number): number {
  const midnight = (value: number | string) => new Date(value).setHours(0, 0, 0, 0)
  return Math.round((midnight(now) - midnight(at)) / (DAY * 1000))
}

/** The day of a separator: today, yesterday, a weekday, a date. */
export function day(at: string, now: number = Date.now()): string {
  const ago = daysAgo(at, now)
  if (ago === 0) return say('time.today')
  if (ago === 1) return say('time.yesterday')
  if (ago > 1 && ago < 7) return format(at, { weekday: 'long' })
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(at, sameYear ? { month: 'long', day: 'numeric' } : { dateStyle: 'long' })
}

/** When something happened, for a row: the clock today, the day before that. */
export function moment(at: string, now: number = Date.now()): string {
  const ago = daysAgo(at, now)
  if (ago <= 0) return clock(at)
  if (ago === 1) return say('time.yesterday')
  return format(at, { month: 'numeric', day: 'numeric' })
}
