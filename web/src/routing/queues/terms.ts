/** A queue as it is edited: every change is a new value. Pure. */

import type { Ending, OverflowStep, QueuePromise, QueueTerms } from '@/api/routing'
import type { Hours } from '@/api/settings'
import type { Priority } from '@/api/types'

export const ENDINGS: readonly Ending[] = ['call_back', 'message', 'bot', 'self_service']
export const CHOICES = ['call_back', 'message', 'self_service'] as const
export const WAIVES = ['language', 'region', 'department'] as const
export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low']
export type When = 'always' | 'calendar' | 'hours'

/** The terms with what the hub leaves out when it is as usual. */
export function wholeTerms(terms: QueueTerms): QueueTerms {
  return structuredClone(JSON.parse(JSON.stringify(terms)) as QueueTerms)
}

export function changedQueue(terms: QueueTerms, part: Partial<QueuePromise>): QueueTerms {
  return { ...terms, queue: { ...terms.queue, ...part } as QueuePromise }
}

/** Says otherwise for one priority; null takes that back. */
export function withTarget(terms: QueueTerms, priority: Priority, seconds: number | null): QueueTerms {
  const targets = { ...terms.queue?.targets }
  if (seconds === null) delete targets[priority]
  else targets[priority] = seconds
  return changedQueue(terms, { targets })
}

/** A step after the last one, at the next half of the target. */
export function freshStep(steps: readonly OverflowStep[]): OverflowStep {
  const last = steps.at(-1)
  return { after: last ? last.after + 0.5 : 0.5, levels: last ? 0 : 1, teams: [], anyone: false, waives: [], ending: null }
}

export function whenOf(terms: QueueTerms): When {
  if (terms.hours) return 'hours'
  return terms.calendar ? 'calendar' : 'always'
}

const WORKDAYS = [0, 1, 2, 3, 4].map((day) => ({ day, start: 540, end: 1080 }))

export function turned(terms: QueueTerms, when: When, calendar: string): QueueTerms {
  const hours: Hours | null = when === 'hours' ? { zone: 'Asia/Shanghai', week: WORKDAYS, holidays: [], public: 'CN' } : null
  return { ...terms, hours, calendar: when === 'calendar' ? calendar : '' }
}
