/** A policy as its form holds it: new ones, and lengths in the unit people say them in. Pure. */

import type { PolicyTerms, Rung, Target } from '@/api/desk'

export type Unit = 'minutes' | 'hours' | 'days'
export const UNITS: readonly Unit[] = ['minutes', 'hours', 'days']
export const KINDS: readonly Target['kind'][] = ['first_response', 'next_response', 'resolution']
const SECONDS: Readonly<Record<Unit, number>> = { minutes: 60, hours: 3600, days: 86_400 }
const LONGEST = 366 * 86_400

/** The largest unit in which a length is a whole number; odd seconds are rounded up to a minute. */
export function asLength(seconds: number): { n: number; unit: Unit } {
  const unit = [...UNITS].reverse().find((one) => seconds % SECONDS[one] === 0) ?? 'minutes'
  return { n: Math.ceil(seconds / SECONDS[unit]), unit }
}

export function asSeconds(n: number, unit: Unit): number {
  return Math.min(LONGEST, Math.max(1, Math.round(n * SECONDS[unit])))
}

export function freshTarget(kind: Target['kind']): Target {
  const seconds = kind === 'first_response' ? 600 : kind === 'next_response' ? 1800 : 86_400
  return { kind, seconds, warn_percent: 80, pauses: kind === 'resolution' ? ['customer', 'supplier', 'bot'] : ['bot'] }
}

export function freshPolicy(): PolicyTerms {
  return {
    name: '', rank: 100, active: true, when: { type: 'all', of: [] }, targets: [freshTarget('first_response')], calendar: null,
    reopened: 'anew', steps: [],
  }
}

/** The first step tells the leads, every further one somebody by name. */
export function freshRung(steps: readonly Rung[]): Rung {
  return {
    on: steps.length ? 'breach' : 'warning', after: 0, kinds: [], to: [{ whom: steps.length ? 'user' : 'leads', id: '' }], by: ['app'],
    every: 0, times: 1, team: null, priority: null,
  }
}
