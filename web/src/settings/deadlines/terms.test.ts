import { describe, expect, it } from 'vitest'

import { asLength, asSeconds, freshPolicy, freshRung } from './terms'

describe('lengths', () => {
  it.each([
    [600, 10, 'minutes'], [7200, 2, 'hours'], [86_400, 1, 'days'], [5400, 90, 'minutes'], [61, 2, 'minutes'],
  ] as const)('%i seconds', (seconds, n, unit) => {
    expect(asLength(seconds)).toEqual({ n, unit })
  })

  it('stay within what may be promised', () => {
    expect(asSeconds(2, 'hours')).toBe(7200)
    expect(asSeconds(0, 'minutes')).toBe(1)
    expect(asSeconds(999, 'days')).toBe(366 * 86_400)
  })
})

describe('what is new', () => {
  it('promises a first answer to everybody, and warns the leads first', () => {
    expect(freshPolicy().targets.map((target) => target.kind)).toEqual(['first_response'])
    expect(freshRung([]).on).toBe('warning')
    expect(freshRung([freshRung([])]).to[0]?.whom).toBe('user')
  })
})
