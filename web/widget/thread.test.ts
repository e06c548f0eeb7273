import { expect, test } from 'vitest'

import type { Message, ServerFrame } from './protocol'
import { Thread } from './thread'

const hello = (conversation: string, seq: number): ServerFrame => ({ type: 'hello', visitor: 'v', conversation, seq, state: 'agent' })
const message = (conversation: string, seq: number): Message => ({
  type: 'message', conversation, seq, from: 'agent', parts: [{ type: 'text', body: String(seq) }], at: '2026-01-01T00:00:00Z', status: 'sent',
})
const seqs = (thread: Thread): string[] => thread.messages.map((one) => `${one.conversation}${one.seq}`)

test('a message that comes twice is there once', () => {
  const thread = new Thread()
  thread.take(hello('a', 2))
  expect(thread.take(message('a', 1))).toBe(true)
  thread.take(message('a', 3)) // 2 was a note
  expect(thread.take(message('a', 1))).toBe(false)
  expect(seqs(thread)).toEqual(['a1', 'a3'])
  expect(thread.seq).toBe(3)
})

test('a reconnect to the same conversation keeps the place', () => {
  const thread = new Thread()
  thread.take(hello('a', 1))
  thread.take(message('a', 1))
  thread.take(hello('a', 4))
  expect([thread.conversation, thread.seq]).toEqual(['a', 1])
})

test('a new conversation starts over, and the old one stays to be read', () => {
  const thread = new Thread()
  thread.take(hello('a', 7))
  thread.take(message('a', 7))
  thread.take(hello('b', 1))
  expect(thread.seq).toBe(0)
  thread.take(message('b', 1))
  expect(seqs(thread)).toEqual(['a7', 'b1'])
  expect(thread.seq).toBe(1)
})

test('scrolling back joins without doubles', () => {
  const thread = new Thread()
  thread.take(hello('a', 3))
  thread.take(message('a', 3))
  thread.prepend([message('a', 1), message('a', 2), message('a', 3)])
  expect(seqs(thread)).toEqual(['a1', 'a2', 'a3'])
})

test('the read mark only moves forward, and within its conversation', () => {
  const thread = new Thread()
  thread.take(hello('a', 3))
  thread.take({ type: 'read', conversation: 'a', seq: 3 })
  thread.take({ type: 'read', conversation: 'a', seq: 2 })
  thread.take({ type: 'read', conversation: 'b', seq: 9 })
  expect(thread.agentRead).toBe(3)
})
