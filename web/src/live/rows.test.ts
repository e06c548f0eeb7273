import { describe, expect, it } from 'vitest'

import type { Row } from '@/api/types'
import { row } from '@/samples/samples'

import { belongs, byDue, compare, emptyList, hasDue, merged, paged, relisted, unread, without } from './rows'

const ME = { id: 'u1', teams: ['t1'] }

describe('rows', () => {
  it('never go back to an older version', () => {
    const rows = merged({}, [row('a', { version: 5, state: 'closed' })])
    expect(merged(rows, [row('a', { version: 4 })])).toBe(rows)
    expect(merged(rows, [row('a', { version: 6 })]).a?.state).toBe('agent')
  })

  it('keep the furthest read mark', () => {
    const rows = merged({}, [row('a', { read_seq: 9, customer_seq: 9 })])
    const next = merged(rows, [row('a', { version: 2, read_seq: 4, customer_seq: 10 })])
    expect(next.a?.read_seq).toBe(9)
    expect(unread(next.a as Row)).toBe(true)
  })

  it('go when they are gone', () => {
    expect(without({ a: row('a') }, 'a')).toEqual({})
  })
})

describe('lists by deadline', () => {
  const due = (id: string, at: string | null) => row(id, { due_at: at })
  it('hold what is due in their view, the soonest first', () => {
    expect(belongs(due('a', '2026-11-21T12:00:00Z'), byDue('mine'), ME)).toBe(true)
    expect(belongs(due('a', null), byDue('mine'), ME)).toBe(false)
    expect(belongs(row('a', { agent: 'u2', due_at: '2026-11-21T12:00:00Z' }), byDue('mine'), ME)).toBe(false)
    const rows = [due('b', '2026-11-21T13:00:00Z'), due('c', '2026-11-21T12:00:00Z'), due('a', '2026-11-21T13:00:00Z')]
    expect(rows.sort(compare(byDue('mine'))).map((one) => one.id)).toEqual(['c', 'a', 'b'])
  })

  it('are there for views that are worked through', () => {
    expect(['mine', 'all', 'unassigned', 'team:t1', 'bot'].every(hasDue)).toBe(true)
    expect(['offered', 'mentions', 'snoozed', 'closed'].some(hasDue)).toBe(false)
  })
})

describe('views', () => {
  const waiting = row('w', { state: 'waiting', agent: null, team: 't1', offered_to: 'u1', queued_at: '2026-11-21T11:00:00Z' })
  it.each([
    ['mine', row('a'), true],
    ['mine', row('a', { agent: 'u2' }), false],
    ['mine', row('a', { snoozed_until: '2026-11-22T00:00:00Z' }), false],
    ['offered', waiting, true],
    ['offered', { ...waiting, offered_to: 'u2' }, false],
    ['unassigned', waiting, true],
    ['team:t1', waiting, true],
    ['team:t2', waiting, false],
    ['team:t1', row('a', { team: 't1' }), false],
    ['mentions', row('a', { followers: ['u1'] }), true],
    ['bot', row('a', { state: 'bot' }), true],
    ['snoozed', row('a', { snoozed_until: '2026-11-22T00:00:00Z' }), true],
    ['closed', row('a', { state: 'closed' }), true],
    ['all', row('a', { state: 'closed' }), false],
    ['all', row('a'), true],
  ] as const)('%s', (view, item, expected) => {
    expect(belongs(item as Row, view, ME)).toBe(expected)
  })

  it('move a row up when something is said, and out when it leaves', () => {
    const a = row('a', { last_at: '2026-11-21T11:00:00Z' })
    const b = row('b', { last_at: '2026-11-21T11:30:00Z' })
    let rows = merged({}, [a, b])
    let list = paged(emptyList('mine'), [b, a], null, true)
    rows = merged(rows, [{ ...a, version: 2, last_at: '2026-11-21T11:45:00Z' }])
    list = relisted(list, rows, 'a', ME)
    expect(list.ids).toEqual(['a', 'b'])
    rows = merged(rows, [{ ...a, version: 3, state: 'closed' }])
    expect(relisted(list, rows, 'a', ME).ids).toEqual(['b'])
  })

  it('put who waits longest first in a queue', () => {
    const rows = merged({}, [
      row('late', { state: 'waiting', queued_at: '2026-11-21T11:30:00Z' }),
      row('early', { state: 'waiting', queued_at: '2026-11-21T11:00:00Z', last_at: '2026-11-21T11:59:00Z' }),
    ])
    const list = paged(emptyList('unassigned'), [rows.late as Row], null, true)
    expect(relisted(list, rows, 'early', ME).ids).toEqual(['early', 'late'])
  })

  it('leave a row that belongs below the loaded part to its page', () => {
    const rows = merged({}, [row('a'), row('old', { last_at: '2026-01-01T00:00:00Z' })])
    const list = paged(emptyList('mine'), [rows.a as Row], 'cursor', true)
    expect(relisted(list, rows, 'old', ME)).toBe(list)
  })

  it('hold no row twice when two pages overlap', () => {
    const list = paged(emptyList('mine'), [row('a'), row('b')], 'cursor', true)
    expect(paged(list, [row('b'), row('c')], null, false).ids).toEqual(['a', 'b', 'c'])
  })
})
