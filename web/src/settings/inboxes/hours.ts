/** Changing opening hours: every change is a new value. Pure. Minutes of the wall clock, 0 is Monday. */

import type { Hours, Interval } from '@/api/settings'

const DAY = 1440

export function asTime(minute: number): string {
  const held = minute % DAY
  return `${String(Math.floor(held / 60)).padStart(2, '0')}:${String(held % 60).padStart(2, '0')}`
}

export function asMinute(time: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

export function ofDay(hours: Hours, day: number): Interval[] {
  return (hours.week ?? []).filter((span) => span.day === day).sort((a, b) => a.start - b.start)
}

function withDay(hours: Hours, day: number, spans: readonly Interval[]): Hours {
  const others = (hours.week ?? []).filter((span) => span.day !== day)
  return { ...hours, week: [...others, ...spans].sort((a, b) => a.day - b.day || a.start - b.start) }
}

/** Changes a span of a day; an index past the end adds one after the last. */
export function withSpan(hours: Hours, day: number, index: number, part: Partial<Interval>): Hours {
  const spans = ofDay(hours, day)
  const last = spans.at(-1)
  const fresh = last ? { day, start: Math.min(last.end, DAY - 60), end: DAY } : { day, start: 540, end: 1080 }
  const next = index < spans.length ? spans.map((span, at) => (at === index ? { ...span, ...part } : span)) : [...spans, { ...fresh, ...part }]
  return withDay(hours, day, next)
}

export function clearDay(hours: Hours, day: number): Hours {
  return withDay(hours, day, [])
}

/** Monday's hours for Tuesday to Friday. */
export function copyToWorkdays(hours: Hours): Hours {
  const monday = ofDay(hours, 0)
  return [1, 2, 3, 4].reduce((next, day) => withDay(next, day, monday.map((span) => ({ ...span, day }))), hours)
}
