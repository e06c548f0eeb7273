import { describe, expect, it } from 'vitest'

import { skewOf } from './skew'

const NOW = Date.parse('2026-11-21T12:00:00Z')

describe('the clock of this machine', () => {
  it.each([
    ['agrees', 'Sat, 21 Nov 2026 12:00:02 GMT', 0],
    ['is behind', 'Sat, 21 Nov 2026 12:10:00 GMT', 600_000],
    ['is ahead', 'Sat, 21 Nov 2026 11:59:00 GMT', -60_000],
    ['is not spoken of', null, 0],
    ['is spoken of in no words', 'yesterday', 0],
  ])('%s', (_, date, skew) => {
    expect(skewOf(date, NOW)).toBe(skew)
  })
})
