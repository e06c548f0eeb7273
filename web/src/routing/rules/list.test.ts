import { describe, expect, it } from 'vitest'

import type { RuleFault } from '@/api/routing'

import { faultsOf, freshRule, saysNothing, swapped } from './list'

describe('routing rules', () => {
  it('are moved within the list', () => {
    expect(swapped(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(swapped(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
    expect(swapped(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c'])
  })

  it('have their own faults: the tenth is not the first', () => {
    const fault = (path: string): RuleFault => ({ path, message: 'x', severity: 'error', facts: {} })
    const faults = [fault('$.rules[1].then.queue'), fault('$.rules[10].name'), fault('$.rules[1]')]
    expect(faultsOf(faults, 1).map((one) => one.path)).toEqual(['then.queue', ''])
    expect(faultsOf(faults, 10).map((one) => one.path)).toEqual(['name'])
  })

  it('say nothing until something follows', () => {
    const { then } = freshRule('r')
    expect(saysNothing(then!)).toBe(true)
    expect(saysNothing({ ...then!, needed: { ...then!.needed, skills: { 燃气: 1 } } })).toBe(false)
    expect(saysNothing({ ...then!, needed: { ...then!.needed, restricted: ['vip'] } })).toBe(false)
    expect(saysNothing({ ...then!, priority: 'high' })).toBe(false)
  })
})
