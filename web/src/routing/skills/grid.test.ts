import { describe, expect, it } from 'vitest'

import type { Abilities, Skilled } from '@/api/routing'

import { changedPeople, levelAfter, moved, namesOf, withLevel } from './grid'

const usual: Abilities = { skills: {}, languages: [], regions: [], departments: [], cleared: [], limits: {}, bulk: true, pace: {} }
const person = (user: string, abilities: Abilities): Skilled => ({ user, name: user, teams: [], active: true, capacity: 1, version: 0, abilities, changed_at: null })

describe('the skills matrix', () => {
  it('is walked by keys, never past its edges', () => {
    expect(moved({ row: 0, column: 0 }, 'ArrowUp', 3, 2)).toEqual({ row: 0, column: 0 })
    expect(moved({ row: 1, column: 0 }, 'ArrowRight', 3, 2)).toEqual({ row: 1, column: 1 })
    expect(moved({ row: 1, column: 1 }, 'PageDown', 3, 2)).toEqual({ row: 2, column: 1 })
    expect(moved({ row: 1, column: 1 }, 'Home', 3, 2)).toEqual({ row: 1, column: 0 })
    expect(moved({ row: 1, column: 1 }, 'a', 3, 2)).toBeNull()
  })

  it('takes digits as levels, ten as a one and a nought', () => {
    expect(levelAfter(0, '3')).toBe(3)
    expect(levelAfter(1, '0')).toBe(10)
    expect(levelAfter(3, '0')).toBe(0)
    expect(levelAfter(10, '+')).toBe(10)
    expect(levelAfter(0, '-')).toBe(0)
    expect(levelAfter(5, 'Delete')).toBe(0)
    expect(levelAfter(5, 'Tab')).toBeNull()
  })

  it('forgets the pace of a skill that is taken away', () => {
    const able = { ...withLevel(usual, '燃气', 3), pace: { 燃气: 1.2 } }
    expect(able.skills).toEqual({ 燃气: 3 })
    expect(withLevel(able, '燃气', 0)).toMatchObject({ skills: {}, pace: {} })
  })

  it('knows all names, and who was changed', () => {
    const able = withLevel(withLevel(usual, 'b', 1), 'a', 2)
    expect(namesOf([able, { ...usual, languages: ['zh', 'en'] }], 'skills')).toEqual(['a', 'b'])
    expect(namesOf([{ ...usual, languages: ['zh', 'en'] }], 'languages')).toEqual(['en', 'zh'])
    const people = [person('u1', able), person('u2', usual)]
    const same = withLevel(withLevel(usual, 'a', 2), 'b', 1)
    expect(changedPeople(people, new Map([['u1', same], ['u2', withLevel(usual, 'a', 1)]])).map((one) => one.user)).toEqual(['u2'])
    expect(changedPeople(people, new Map())).toEqual([])
  })
})
