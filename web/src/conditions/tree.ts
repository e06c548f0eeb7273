/** Changing a condition: every change is a new value. Pure. A group of none is `not` around `any`. */

import type { Condition, Fields, Rule } from '@/api/desk'

export type Mode = 'all' | 'any' | 'none'
export type Op = Rule['op']
export type Value = Rule['value']

export interface Group {
  mode: Mode
  of: readonly Condition[]
}

const SEVERAL: readonly Op[] = ['one_of', 'none_of']
const BARE: readonly Op[] = ['empty', 'filled']

/** Any condition as a group: a single rule is a group of one. */
export function groupOf(condition: Condition): Group {
  if (condition.type === 'all' || condition.type === 'any') return { mode: condition.type, of: condition.of ?? [] }
  if (condition.type === 'not' && condition.of.type === 'any') return { mode: 'none', of: condition.of.of ?? [] }
  return { mode: 'all', of: [condition] }
}

export function conditionOf({ mode, of }: Group): Condition {
  const inner = [...of]
  if (mode === 'none') return { type: 'not', of: { type: 'any', of: inner } }
  return { type: mode, of: inner }
}

export function isRule(condition: Condition): condition is Rule {
  return condition.type === 'rule'
}

export function wantsSeveral(op: Op): boolean {
  return SEVERAL.includes(op)
}

export function wantsValue(op: Op): boolean {
  return !BARE.includes(op)
}

/** A rule about a field that the hub would take once it has a value. */
export function freshRule(fields: Fields, name: string): Rule {
  const field = fields.fields.find((one) => one.name === name) ?? fields.fields[0]
  const op = (fields.ops[field?.holds ?? 'text']?.[0] ?? 'is') as Op
  const holds = field?.holds ?? 'text'
  return withOp({ type: 'rule', field: field?.name ?? name, op: holds === 'many' ? 'has' : holds === 'text' ? 'is' : op, value: '' }, null, holds)
}

/** The rule with another comparison; the value is kept where it still fits. */
export function withOp(rule: Rule, op: Op | null, holds: string): Rule {
  const next = op ?? rule.op
  if (holds === 'flag') return { ...rule, op: next, value: rule.value === true }
  if (holds === 'number') return { ...rule, op: next, value: typeof rule.value === 'number' ? rule.value : 0 }
  if (!wantsValue(next)) return { ...rule, op: next, value: '' }
  const texts = Array.isArray(rule.value) ? rule.value : rule.value === '' ? [] : [String(rule.value)]
  return { ...rule, op: next, value: wantsSeveral(next) ? texts : (texts[0] ?? '') }
}

export function replaced(group: Group, at: number, condition: Condition): Group {
  return { ...group, of: group.of.map((one, index) => (index === at ? condition : one)) }
}

export function removed(group: Group, at: number): Group {
  return { ...group, of: group.of.filter((_, index) => index !== at) }
}
