import { describe, expect, it } from 'vitest'

import type { Message } from '@/api/types'
import { emptyThread, loaded } from '@/live/thread'
import { author, message } from '@/samples/samples'

import { pieces } from '../parts/links'
import { bytes } from '../parts/sizes'
import { entries } from './entries'

const said = (seq: number, at: string, more: Partial<Message> = {}) => message(seq, { at, ...more })
const shown = (messages: Message[], readTo: number | null) =>
  entries(loaded(emptyThread('c'), messages, false), (at) => at.slice(0, 10), readTo).map((entry) =>
    entry.kind === 'message' ? `${entry.follows ? '+' : ''}${entry.message.seq}` : entry.kind,
  )

describe('the entries of a thread', () => {
  it('begin each day, and join what one hand wrote at once', () => {
    expect(
      shown([said(1, '2026-11-20T23:59:00Z'), said(2, '2026-11-21T00:00:00Z'), said(3, '2026-11-21T00:01:00Z'), said(4, '2026-11-21T00:30:00Z')], null),
    ).toEqual(['day', '1', 'day', '2', '+3', '4'])
  })

  it('give a whisper a head of its own, though the same hand wrote a note just before', () => {
    const lead = { direction: 'note' as const, author: author('agent', 'u') }
    const whisper = { ...lead, kind: 'whisper' as const }
    expect(shown([said(1, '2026-11-21T00:00:00Z', lead), said(2, '2026-11-21T00:00:01Z', whisper), said(3, '2026-11-21T00:00:02Z', whisper)], null)).toEqual(
      ['day', '1', '2', '+3'],
    )
  })

  it('draw the line of what is new once, before the first unread of the customer', () => {
    const agent = { direction: 'out' as const, author: author('agent', 'u') }
    expect(shown([said(1, '2026-11-21T00:00:00Z'), said(2, '2026-11-21T00:00:01Z', agent), said(3, '2026-11-21T00:00:02Z'), said(4, '2026-11-21T00:00:03Z')], 1)).toEqual(
      ['day', '1', '2', 'unread', '3', '+4'],
    )
  })

  it('show a subject where it changes, not at every answer', () => {
    const mails = ['水费', 'Re: 水费', '回复： Re[2]: 水费', '停水通知', ''].map((subject, index) => said(index + 1, '2026-11-21T00:00:00Z', { subject }))
    const told = entries(loaded(emptyThread('c'), mails, false), (at) => at.slice(0, 10), null)
    expect(told.flatMap((entry) => (entry.kind === 'message' ? [entry.subject] : []))).toEqual(['水费', '', '', '停水通知', ''])
  })

  it('keep a message of an unknown kind among the messages', () => {
    const odd = said(1, '2026-11-21T00:00:00Z', { parts: [{ type: 'notice', code: 'unsupported', facts: { type: 'sticker' } }] })
    expect(shown([odd], null)).toEqual(['day', '1'])
  })

  it('tell notices as lines', () => {
    const notice = said(2, '2026-11-21T00:00:01Z', { direction: 'note', parts: [{ type: 'notice', code: 'resolved', facts: {} }] })
    expect(shown([said(1, '2026-11-21T00:00:00Z'), notice, said(3, '2026-11-21T00:00:02Z')], null)).toEqual(['day', '1', 'notice', '3'])
  })
})

describe('links in a text', () => {
  it.each([
    ['看 https://a.cn/x?y=1。谢谢', ['看 ', 'https://a.cn/x?y=1', '。谢谢'], 'https://a.cn/x?y=1'],
    ['(http://a.cn).', ['(', 'http://a.cn', ').'], 'http://a.cn'],
  ])('%s', (text, expected, href) => {
    expect(pieces(text).map((piece) => piece.text)).toEqual(expected)
    expect(pieces(text).find((piece) => piece.href)?.href).toBe(href)
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'a.cn', '<script>alert(1)</script>'])('are never made of %s', (text) => {
    expect(pieces(text)).toEqual([{ text }])
  })
})

it.each([[0, '0 B'], [1023, '1023 B'], [1536, '1.5 KB'], [20971520, '20.0 MB']])('%i bytes', (size, expected) => {
  expect(bytes(size)).toBe(expected)
})
