/** Rules as they are edited: every change is a new value. Pure. */

import type { RoutingRule, RuleFault, Then } from '@/api/routing'

export function freshRule(name: string): RoutingRule {
  return {
    name, active: true, when: { type: 'all', of: [] }, last: false,
    then: { queue: null, priority: null, own_language: false, own_region: false, needed: { skills: {}, language: '', region: '', department: '', restricted: [], vip: 0, bulk: false } },
  }
}

export function swapped<T>(list: readonly T[], at: number, by: number): T[] {
  const to = at + by
  if (to < 0 || to >= list.length) return [...list]
  const next = [...list]
  ;[next[at], next[to]] = [next[to]!, next[at]!]
  return next
}

/** The faults of one rule: their places from the rule on. */
export function faultsOf(faults: readonly RuleFault[], at: number): RuleFault[] {
  const start = `$.rules[${at}]`
  return faults.filter((one) => one.path === start || one.path.startsWith(`${start}.`)).map((one) => ({ ...one, path: one.path.slice(start.length + 1) }))
}

/** What follows, in small: the fields that say something. */
export function saysNothing(then: Then): boolean {
  const { needed = {} } = then
  const asks = Object.values(needed).some((value) => (value !== null && typeof value === 'object' ? Object.keys(value).length > 0 : Boolean(value)))
  return !then.queue && !then.priority && !then.own_language && !then.own_region && !asks
}
