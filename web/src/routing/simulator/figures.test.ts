import { describe, expect, it } from 'vitest'

import type { PolicyLine } from '@/api/routing'

import { bestOf, lineOf, shareOf, shownFigure, toldLine } from './figures'

const line = (policy: string, more: Partial<PolicyLine>): PolicyLine => ({
  policy, days: 1, mean_wait: 0, p95_wait: 0, miss: 0, weighted_miss: 0, abandoned: 0, turned_away: 0, occupancy: 0, gini: 0, jain: 1, ...more,
})
const TEXT = `name = "x"
seconds = 100
[queues.gas]
target = 60
[queues.water]
target = -1
[[traffic]]
queue = "gas"
skills = {"a" = 1}
[[traffic]]
queue = "water"
per_hour = -3
`

describe('the figures of a comparison', () => {
  it('are read as seconds, parts and numbers', () => {
    expect([shownFigure('mean_wait', 7.25), shownFigure('p95_wait', 131.7)]).toEqual(['7.3', '132'])
    expect([shownFigure('miss', 0.0312), shownFigure('occupancy', 0.853), shownFigure('gini', 0.05)]).toEqual(['3.12%', '85.3%', '0.050'])
  })

  it('have a best, unless all are the same or neither way is better', () => {
    const lines = [line('a', { mean_wait: 7, occupancy: 0.5, miss: 0.1 }), line('b', { mean_wait: 9, occupancy: 0.4, miss: 0.1 })]
    expect([...bestOf(lines, 'mean_wait')]).toEqual(['a'])
    expect([...bestOf(lines, 'occupancy')]).toEqual([])
    expect([...bestOf(lines, 'miss')]).toEqual([])
    expect(shareOf(lines, 'mean_wait', lines[0]!)).toBeCloseTo(7 / 9)
    expect(shareOf(lines, 'gini', lines[0]!)).toBe(0)
  })

  it.each([
    ['traffic[1].per_hour', 12], ['traffic[0].skills', 9], ['traffic[1].handle', 10], ['queues.water.target', 6], ['seconds', 2], ['staff', 0], ['', 0],
  ])('the field %s stands at line %d', (field, at) => {
    expect(lineOf(TEXT, field)).toBe(at)
  })

  it('the reader of the file names a line itself', () => {
    expect(toldLine('scenario is no TOML: Invalid value (at line 7, column 3)')).toBe(7)
    expect(toldLine('nothing')).toBe(0)
  })
})
