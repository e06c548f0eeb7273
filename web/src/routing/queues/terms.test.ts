import { describe, expect, it } from 'vitest'

import type { QueueTerms } from '@/api/routing'

import { changedQueue, freshStep, turned, whenOf, withTarget } from './terms'

const plain: QueueTerms = {
  queue: { target: 60, targets: {}, bound: 1800, handle: 300, cap: null, full: 'message', closed: 'message', steps: [], sticky: 0 },
  hours: null, calendar: '', announced: true, choices: [], self_service: '',
}

describe('the terms of a queue', () => {
  it('say otherwise for one priority, and take it back', () => {
    const urgent = withTarget(plain, 'urgent', 20)
    expect(urgent.queue?.targets).toEqual({ urgent: 20 })
    expect(withTarget(urgent, 'urgent', null).queue?.targets).toEqual({})
    expect(plain.queue?.targets).toEqual({})
    expect(changedQueue(urgent, { cap: 5 }).queue).toMatchObject({ cap: 5, targets: { urgent: 20 } })
  })

  it('get steps in the order of their times', () => {
    const first = freshStep([])
    const second = freshStep([first])
    expect([first.after, second.after]).toEqual([0.5, 1])
    expect([first.levels, second.levels]).toEqual([1, 0])
  })

  it('have hours of one kind', () => {
    const own = turned(plain, 'hours', 'c1')
    expect([whenOf(plain), whenOf(own), own.calendar]).toEqual(['always', 'hours', ''])
    const lent = turned(own, 'calendar', 'c1')
    expect([whenOf(lent), lent.hours, lent.calendar]).toEqual(['calendar', null, 'c1'])
    expect(whenOf(turned(lent, 'always', 'c1'))).toBe('always')
  })
})
