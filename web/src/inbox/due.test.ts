import { describe, expect, it } from 'vitest'

import { nearness, type Due } from './due'

const DUE: Due = { kind: 'first_response', at: '2026-11-21T12:10:00Z', warn_at: '2026-11-21T12:08:00Z', warned: false, breached: false }
const at = (clock: string) => Date.parse(`2026-11-21T${clock}Z`)

describe('a deadline', () => {
  it.each([
    ['is far', DUE, '12:00:00', 'calm', 600_000],
    ['is near from its warning on, before the hub says so', DUE, '12:08:00', 'soon', 120_000],
    ['is near when the hub says so, whatever this clock says', { ...DUE, warned: true }, '12:00:00', 'soon', 600_000],
    ['is due to the second', DUE, '12:10:00', 'soon', 0],
    ['is past', DUE, '12:10:01', 'late', -1000],
    ['is past when the hub says so', { ...DUE, breached: true }, '12:09:00', 'late', 60_000],
    ['has no warning', { ...DUE, warn_at: null }, '12:09:59', 'calm', 1000],
  ] as const)('%s', (_, due, clock, level, left) => {
    expect(nearness(due, at(clock))).toEqual({ level, left })
  })
})
