import { describe, expect, it } from 'vitest'

import type { Condition, Fields, Rule } from '@/api/desk'

import { conditionOf, freshRule, groupOf, removed, replaced, withOp } from './tree'

const RULE: Rule = { type: 'rule', field: 'team', op: 'is', value: 'water' }
const FIELDS: Fields = {
  fields: [
    { name: 'team', holds: 'text', choices: [] },
    { name: 'labels', holds: 'many', choices: [] },
    { name: 'waited', holds: 'number', choices: [] },
    { name: 'vip', holds: 'flag', choices: [] },
  ],
  ops: { text: ['contains', 'is'], many: ['empty', 'has'], number: ['above'], flag: ['is'] },
}

describe('a condition', () => {
  it.each([
    [{ type: 'all', of: [RULE] }],
    [{ type: 'any', of: [] }],
    [{ type: 'not', of: { type: 'any', of: [RULE, RULE] } }],
  ] as [Condition][])('comes back from its group as it was', (condition) => {
    expect(conditionOf(groupOf(condition))).toEqual(condition)
  })

  it('that is one rule is a group of one', () => {
    expect(groupOf(RULE)).toEqual({ mode: 'all', of: [RULE] })
    expect(groupOf({ type: 'not', of: RULE })).toEqual({ mode: 'all', of: [{ type: 'not', of: RULE }] })
  })

  it('is changed by place', () => {
    const group = { mode: 'any' as const, of: [RULE, { ...RULE, value: 'gas' }] }
    expect(replaced(group, 1, { ...RULE, value: 'x' }).of[1]).toEqual({ ...RULE, value: 'x' })
    expect(removed(group, 0).of).toEqual([{ ...RULE, value: 'gas' }])
  })
})

describe('a rule', () => {
  it('begins with a comparison that its field has', () => {
    expect(['team', 'labels', 'waited', 'vip'].map((name) => freshRule(FIELDS, name))).toEqual([
      { type: 'rule', field: 'team', op: 'is', value: '' },
      { type: 'rule', field: 'labels', op: 'has', value: '' },
      { type: 'rule', field: 'waited', op: 'above', value: 0 },
      { type: 'rule', field: 'vip', op: 'is', value: false },
    ])
  })

  it('keeps what fits when its comparison changes', () => {
    const several = withOp(RULE, 'one_of', 'text')
    expect(several.value).toEqual(['water'])
    expect(withOp({ ...several, value: ['water', 'gas'] }, 'is', 'text').value).toBe('water')
    expect(withOp(RULE, 'empty', 'text').value).toBe('')
  })
})
