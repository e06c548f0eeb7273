import { describe, expect, it } from 'vitest'

import { asSeconds, inUnit, unitOf } from './lengths'

describe('lengths of time', () => {
  it.each([
    [20, 'seconds', 20], [60, 'minutes', 1], [90, 'minutes', 1.5], [100, 'seconds', 100], [1800, 'minutes', 30], [5400, 'hours', 1.5],
    [0, 'seconds', 0], [0.5, 'seconds', 0.5],
  ] as const)('%d seconds are shown in %s', (seconds, unit, number) => {
    expect(unitOf(seconds)).toBe(unit)
    expect(inUnit(seconds, unit)).toBe(number)
    expect(asSeconds(number, unit)).toBe(seconds)
  })
})
