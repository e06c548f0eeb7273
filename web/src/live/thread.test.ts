import { describe, expect, it } from 'vitest'

import { message } from '@/samples/samples'

import { emptyThread, gapAfter, loaded, newestSeq, prepended, sendFailed, sending, told, withdrawn } from './thread'
import type { Pending, Thread } from './thread'

function pending(id: string): Pending {
  return { client_id: id, parts: [], note: false, mentions: [], seen_seq: 0, at: '', state: 'sending' }
}

const seqs = (thread: Thread) => thread.messages.map((item) => item.seq)

/** Numbers from a seed, so that a failing order can be played again. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items]
  let state = seed
  for (let i = result.length - 1; i > 0; i -= 1) {
    state = (state * 1103515245 + 12345) % 2147483648
    const j = state % (i + 1)
    ;[result[i], result[j]] = [result[j] as T, result[i] as T]
  }
  return result
}

describe('the window of a thread', () => {
  it('takes the latest page and knows whether there are older ones', () => {
    const thread = loaded(emptyThread('c1'), [message(12), message(11), message(10)], true)
    expect(seqs(thread)).toEqual([10, 11, 12])
    expect(thread.older).toBe(true)
    expect(loaded(emptyThread('c1'), [message(1), message(2)], true).older).toBe(false)
  })

  it('holds what comes too early until the hole is filled', () => {
    const start = loaded(emptyThread('c1'), [message(1), message(2)], false)
    const early = told(start, [message(5), message(4)])
    expect(seqs(early)).toEqual([1, 2])
    expect(gapAfter(early)).toBe(2)
    const whole = told(early, [message(3)])
    expect(seqs(whole)).toEqual([1, 2, 3, 4, 5])
    expect(gapAfter(whole)).toBeNull()
    expect(whole.ahead).toEqual([])
  })

  it.each([1, 2, 3, 5, 8, 13, 21])('ends the same whatever the order and however often told (seed %i)', (seed) => {
    const all = Array.from({ length: 20 }, (_, index) => message(index + 3))
    const start = loaded(emptyThread('c1'), [message(1), message(2)], false)
    const end = shuffled([...all, ...all], seed).reduce((thread, item) => told(thread, [item]), start)
    expect(seqs(end)).toEqual(Array.from({ length: 22 }, (_, index) => index + 1))
    expect(gapAfter(end)).toBeNull()
  })

  it('puts older ones in front, once', () => {
    const start = loaded(emptyThread('c1'), [message(51), message(52)], true)
    const more = prepended(start, [message(49), message(50), message(51)], true)
    expect(seqs(more)).toEqual([49, 50, 51, 52])
    expect(prepended(more, [message(1), message(2)], false).older).toBe(false)
  })

  it('does not take what is older than the window: that comes with its page', () => {
    const start = loaded(emptyThread('c1'), [message(51), message(52)], true)
    expect(seqs(told(start, [message(7)]))).toEqual([51, 52])
  })
})

describe('the state of a message', () => {
  it('never goes back to an older version', () => {
    const start = loaded(emptyThread('c1'), [message(1, { version: 3, status: 'read' })], false)
    const late = told(start, [message(1, { version: 2, status: 'sent' })])
    expect(late.messages[0]?.status).toBe('read')
    expect(late).toBe(start)
  })

  it('moves forward with a newer version', () => {
    const start = loaded(emptyThread('c1'), [message(1, { version: 1, status: 'queued' })], false)
    const thread = told(start, [message(1, { version: 2, status: 'failed', reason: '对方已拉黑' })])
    expect(thread.messages[0]).toMatchObject({ status: 'failed', reason: '对方已拉黑' })
  })

  it('keeps a newer state when a slower page arrives after it', () => {
    const start = loaded(emptyThread('c1'), [message(1, { version: 4, status: 'read' })], false)
    const page = loaded(start, [message(1, { version: 1, status: 'queued' }), message(2)], false)
    expect(page.messages[0]?.status).toBe('read')
    expect(seqs(page)).toEqual([1, 2])
  })

  it('keeps what was told while the page was on its way', () => {
    const start = told(loaded(emptyThread('c1'), [message(1)], false), [message(2), message(3)])
    expect(seqs(loaded(start, [message(1), message(2)], false))).toEqual([1, 2, 3])
  })
})

describe('own messages', () => {
  it('become one with their echo, by client_id', () => {
    const start = sending(loaded(emptyThread('c1'), [message(1)], false), pending('k1'))
    expect(start.pending).toHaveLength(1)
    const thread = told(start, [message(2, { client_id: 'k1', direction: 'out' })])
    expect(thread.pending).toEqual([])
    expect(newestSeq(thread)).toBe(2)
  })

  it('become one with an echo that waits behind a hole', () => {
    const start = sending(loaded(emptyThread('c1'), [message(1)], false), pending('k1'))
    expect(told(start, [message(4, { client_id: 'k1' })]).pending).toEqual([])
  })

  it('do not come back when the echo was faster than the answer', () => {
    const start = told(loaded(emptyThread('c1'), [message(1)], false), [message(2, { client_id: 'k1' })])
    expect(sending(start, pending('k1')).pending).toEqual([])
  })

  it('stay, with the reason, when they could not be sent', () => {
    const thread = sendFailed(sending(emptyThread('c1'), pending('k1')), 'k1', 'failed', 'offline')
    expect(thread.pending[0]).toMatchObject({ state: 'failed', problem: 'offline' })
    expect(withdrawn(thread, 'k1').pending).toEqual([])
  })
})
