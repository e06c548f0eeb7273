import { describe, expect, it } from 'vitest'

import type { ChannelNow } from '@/api/channels'

import { acceptOf, degradedKinds, fate, fileFate, fileRefusal, mostBytes, takesFiles, textRefusal } from './carrying'
import { countdown, standing } from './countdown'
import { addressOf, joined, shown, split, valid } from './mailboxes'
import { dear, segments } from './segments'

const LIMITS = { text: 20_000, text_bytes: null, parts: null, attachment_bytes: 0, attachment_types: [], by_type: {} }
const NOW = Date.parse('2026-11-21T12:00:00Z')

function channel(more: Partial<ChannelNow> = {}): ChannelNow {
  return {
    channel: 'wechat', carries: ['text', 'image'], degrades: { file: 'link', choices: 'text' },
    limits: { ...LIMITS, text: 600, text_bytes: 2048, attachment_bytes: 10_000, attachment_types: ['image/*'], by_type: { 'image/*': 2000 } },
    counts: 'characters', typing: true, mail: false, templates: true, outside: ['template'],
    window: { needed: true, open: true, until: null, left: null }, opted_out: false, signature: null, from_name: null, ...more,
  }
}

describe('the segments of a text message', () => {
  it.each([
    ['', 'gsm7', 0, 160, 160],
    ['Hello', 'gsm7', 1, 160, 155],
    ['a'.repeat(160), 'gsm7', 1, 160, 0],
    ['a'.repeat(161), 'gsm7', 2, 153, 145],
    ['a'.repeat(306), 'gsm7', 2, 153, 0],
    ['a'.repeat(307), 'gsm7', 3, 153, 152],
    ['€'.repeat(80), 'gsm7', 1, 160, 0],
    [`${'a'.repeat(152)}€${'a'.repeat(10)}`, 'gsm7', 2, 153, 141],
    ['水'.repeat(70), 'ucs2', 1, 70, 0],
    ['水'.repeat(71), 'ucs2', 2, 67, 63],
    [`${'水'.repeat(66)}😀${'水'.repeat(10)}`, 'ucs2', 2, 67, 55],
    ['naïve', 'ucs2', 1, 70, 65],
  ])('%#', (text, encoding, count, per, left) => {
    expect(segments(text)).toMatchObject({ encoding, count, per, left })
  })

  it('name the letters that make it dear', () => {
    expect(dear('Hi “you” — ok')).toEqual(['“', '”', '—'])
    expect(dear('plain')).toEqual([])
  })
})

describe('the window', () => {
  it('is no matter where the channel has none', () => {
    expect(standing({ needed: false, open: true, until: null, left: null }, NOW)).toEqual({ kind: 'free' })
    expect(standing(undefined, NOW)).toEqual({ kind: 'free' })
  })

  it('runs down by the clock, and closes without another word of the hub', () => {
    const window = { needed: true, open: true, until: '2026-11-21T12:00:05Z', left: 3 }
    expect(standing(window, NOW)).toEqual({ kind: 'open', left: 3, time: 5000, soon: true })
    expect(standing(window, NOW + 5000)).toEqual({ kind: 'closed', why: 'time' })
  })

  it.each([
    [{ needed: true, open: false, until: '2026-11-22T12:00:00Z', left: 0 }, 'quota'],
    [{ needed: true, open: false, until: null, left: null }, 'never'],
  ])('is closed for a reason', (window, why) => {
    expect(standing(window, NOW)).toEqual({ kind: 'closed', why })
  })

  it('warns of the last message and of the last hour', () => {
    const far = '2026-11-23T12:00:00Z'
    expect(standing({ needed: true, open: true, until: far, left: 1 }, NOW)).toMatchObject({ soon: true })
    expect(standing({ needed: true, open: true, until: far, left: 5 }, NOW)).toMatchObject({ soon: false })
  })

  it.each([[169_925_000, '47:12:05'], [3_600_000, '1:00:00'], [65_000, '01:05'], [999, '00:01'], [-5, '00:00']])('%i ms reads %s', (ms, text) => {
    expect(countdown(ms)).toBe(text)
  })
})

describe('what a channel carries', () => {
  it('goes as it is, as something simpler, or not at all', () => {
    expect([fate(channel(), 'text'), fate(channel(), 'choices'), fate(channel(), 'location')]).toEqual(['carried', 'text', 'refused'])
    expect([fileFate(channel(), 'image/png'), fileFate(channel(), 'application/pdf')]).toEqual(['carried', 'link'])
    expect(fileFate(channel({ degrades: {} }), 'application/pdf')).toBe('refused')
  })

  it('bounds files by the narrowest rule; what becomes a link is not bounded', () => {
    expect([mostBytes(channel(), 'image/png'), mostBytes(channel(), 'audio/amr')]).toEqual([2000, 10_000])
    expect(fileRefusal(channel(), { type: 'image/png', size: 2000 })).toBeNull()
    expect(fileRefusal(channel({ degrades: {} }), { type: 'image/png', size: 2001 })).toEqual({ why: 'size', facts: { most: 2000 } })
    expect(fileRefusal(channel(), { type: 'image/png', size: 2001 })).toBeNull()
    expect(fileRefusal(channel(), { type: 'application/pdf', size: 9e9 })).toBeNull()
    expect(fileRefusal(channel({ degrades: {} }), { type: 'application/pdf', size: 1 })?.why).toBe('type')
    expect(fileRefusal(channel({ carries: ['text'], degrades: {} }), { type: '', size: 1 })?.why).toBe('kind')
  })

  it('knows whether a file may be chosen, and which', () => {
    expect(takesFiles(channel({ carries: ['text'], degrades: {} }))).toBe(false)
    expect(takesFiles(channel({ carries: ['text'] }))).toBe(true)
    expect([acceptOf(channel()), acceptOf(channel({ degrades: {} }))]).toEqual(['', 'image/*'])
  })

  it('counts characters by code point and bytes by UTF-8', () => {
    expect(textRefusal(channel(), '水'.repeat(600))).toBeNull()
    expect(textRefusal(channel(), '😀'.repeat(601))).toEqual({ why: 'long', facts: { most: 600, over: 1 } })
    expect(textRefusal(channel({ limits: { ...LIMITS, text_bytes: 2048 } }), '水'.repeat(683))).toEqual({ why: 'bytes', facts: { most: 2048, over: 1 } })
  })

  it('tells before sending what will not arrive as it is', () => {
    const file = { type: 'file', media_type: 'application/pdf', blob: '0'.repeat(64), name: 'a.pdf', size: 1 } as never
    const text = { type: 'text', body: 'x' } as never
    expect(degradedKinds(channel(), [text, file])).toEqual([{ tag: 'file', into: 'link' }])
  })
})

describe('mailboxes', () => {
  it.each([
    ['a@b.cn', ['a@b.cn']],
    ['a@b.cn; c@d.com，e@f.org\ng@h.io', ['a@b.cn', 'c@d.com', 'e@f.org', 'g@h.io']],
    ['a@b.cn c@d.com', ['a@b.cn', 'c@d.com']],
    ['王 小明 <wang@b.cn>, "Li, Na" <li@b.cn>', ['王 小明 <wang@b.cn>', '"Li, Na" <li@b.cn>']],
    ['  ', []],
  ])('%s', (text, expected) => {
    expect(split(text)).toEqual(expected)
  })

  it.each(['a@b', 'a b@c.cn', '@b.cn', 'a@b..cn', 'x\r\nBcc: y@z.cn', 'a@-b.cn', 'nobody'])('%s is none', (text) => {
    expect(valid(text)).toBe(false)
  })

  it('are one however they are spelled', () => {
    expect(joined(['A@b.cn'], ['Wang <a@B.cn>', 'c@d.cn', 'C@d.cn'])).toEqual(['A@b.cn', 'c@d.cn'])
    expect([addressOf('王 <W@b.cn>'), shown('"Li, Na" <li@b.cn>'), shown('A@b.cn')]).toEqual(['w@b.cn', 'Li, Na', 'a@b.cn'])
    expect(valid('用户 <w@例子.中国>')).toBe(true)
  })
})
