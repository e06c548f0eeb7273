import { describe, expect, it } from 'vitest'

import { Problem } from '@/api/problem'

import { faultOf, faultText, keyOf, useFaults } from './faults'

const refused = (path: string, detail: string, facts = {}) => new Problem(422, { code: 'invalid', path, detail, facts })

describe('faults of a form', () => {
  it('have the place that the hub names, or none', () => {
    expect(faultOf(refused('$.queue.target', 'x', { team: 3 }))).toEqual({ path: '$.queue.target', message: 'x', severity: 'error', facts: { team: '3' } })
    expect(faultOf(new Problem(409, { code: 'conflict' }))).toBeNull()
    expect(faultOf(new Error('no'))).toBeNull()
  })

  it('are said in words of ours where there are any', () => {
    expect(faultText(faultOf(refused('$', 'Nobody has this skill', { skill: '燃气' }))!)).toBe('没有人有技能“燃气”')
    expect(faultText(faultOf(refused('$', 'Expected `float` > 0.0'))!)).toContain('0.0')
    expect(faultText(faultOf(refused('$', 'Never heard of'))!)).toBe('Never heard of')
    expect(keyOf('`steps` have to stand in the order of their `after`')).toBe('steps_have_to_stand_in_the_order_of_their_after')
  })

  it('stand at their field and above it, never beside it', async () => {
    const { at, tried } = useFaults()
    expect(await tried(() => Promise.reject(refused('$.queue.steps[1].after', 'Nobody has this skill')))).toBeNull()
    expect(at('$.queue.steps[1]')).not.toBe('')
    expect(at('$.queue.steps')).not.toBe('')
    expect(at('$.queue.step')).toBe('')
    expect(at('$.queue.steps[1].after.x')).toBe('')
    expect(await tried(() => Promise.resolve(7))).toBe(7)
    expect(at('$.queue.steps[1]')).toBe('')
  })
})
