import { expect, it } from 'vitest'

import { alarm, BAD, LONG, waited, waitsSince } from './waits'

it('tells calm from long from bad', () => {
  expect([null, 0, LONG - 1, LONG, BAD - 1, BAD].map(alarm)).toEqual(['calm', 'calm', 'calm', 'long', 'long', 'bad'])
})

it('counts from whichever began earlier, and never below nothing', () => {
  const [early, late] = ['2026-11-20T09:00:00Z', '2026-11-20T09:05:00.500Z']
  expect(waitsSince({ queued_at: late, waiting_since: early })).toBe(early)
  expect(waitsSince({ queued_at: late, waiting_since: null })).toBe(late)
  expect(waitsSince({ queued_at: null, waiting_since: null })).toBeNull()
  expect(waited(late, Date.parse(early))).toBe(0)
  expect(waited(null, 0)).toBeNull()
})
