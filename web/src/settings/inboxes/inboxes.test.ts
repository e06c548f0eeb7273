import { describe, expect, it } from 'vitest'

import type { Channel, Hours, Inbox, SettingField } from '@/api/settings'
import { slices } from '@/search/ranges'

import { command, grouped } from '@/inbox/channel/families'

import { arranged, begun, changedOnly, needed } from './fields'
import { asMinute, asTime, copyToWorkdays, ofDay, withSpan } from './hours'

const two = { zh: 'x', en: 'x' }
const field = (name: string, more: Partial<SettingField> = {}): SettingField => ({
  name, type: 'text', label: two, help: two, required: false, secret: false, default: null, pattern: '', choices: [],
  low: null, high: null, ...more,
})
const channel = {
  name: 'sms', title: two, about: two, carries: [],
  settings: [field('sender', { required: true }), field('colour', { default: '#1261a0' }), field('api_key', { secret: true, required: true }), field('site_key', { required: true })],
} as unknown as Channel
const inbox = { channel: 'sms', settings: { sender: '驿站' }, secrets: ['api_key'] } as unknown as Inbox
const never: Hours = { zone: 'Asia/Shanghai', week: [], holidays: [], public: '' }

describe('the form of a channel', () => {
  it('asks a new inbox only for what it cannot do without', () => {
    expect(needed(channel).map((item) => item.name)).toEqual(['sender', 'api_key'])
  })

  it('begins with what is kept, then defaults, and never shows a secret', () => {
    expect(begun(channel, inbox)).toEqual({ sender: '驿站', colour: '#1261a0', api_key: '' })
  })

  it('sends what changed; an empty secret keeps the one that is set', () => {
    const before = begun(channel, inbox)
    expect(changedOnly(channel, before, { ...before })).toEqual({})
    expect(changedOnly(channel, before, { ...before, sender: 'Y', api_key: 'new' })).toEqual({ sender: 'Y', api_key: 'new' })
  })
})

describe('the fields of a channel', () => {
  const mail = { ...channel, settings: ['address', 'imap_host', 'imap_port', 'imap_user', 'token_url', 'smtp_host'].map((name) => field(name)) }

  it('stand together where they belong together, rare ones behind a fold', () => {
    expect(arranged(mail).map((group) => [group.name, group.folded, group.fields.map((one) => one.name)])).toEqual([
      ['', false, ['address', 'smtp_host']],
      ['imap', false, ['imap_host', 'imap_port', 'imap_user']],
      ['rare', true, ['token_url']],
    ])
    const own = { ...channel, settings: [field('api_url', { required: true })] }
    expect(arranged(own)).toMatchObject([{ name: '', folded: false }])
  })
})

describe('the channels to choose from', () => {
  const named = (name: string, zh: string, en: string) => ({ name, title: { zh, en }, about: { zh: 'x', en: 'y' } })
  const all = [named('twilio', 'Twilio 短信', 'Twilio SMS'), named('wechat_kf', '微信客服', 'Customer service'), named('wechat', '公众号', 'Official Account'), named('line', 'LINE', 'LINE')]
  const shown = (typed: string) => grouped(all, typed).map((group) => [group.family, ...group.channels.map((one) => one.name)])

  it('stand by family, and are found in either language', () => {
    expect(shown('')).toEqual([['wechat', 'wechat_kf', 'wechat'], ['sms', 'twilio'], ['other', 'line']])
    expect([shown('短信'), shown('official'), shown('twilio sms'), shown('fax')]).toEqual([[['sms', 'twilio']], [['wechat', 'wechat']], [['sms', 'twilio']], []])
  })

  it('say what to type to try them', () => {
    const inbox = { id: 'i1', address: 'http://hub/hooks/i1?key=<hook_secret>' }
    expect(command('twilio', inbox, true)).toBe('yizhan simulate twilio --hook http://hub/hooks/i1')
    expect(command('wechat_kf', { id: 'demo-wechat-kf', address: 'x' }, true)).toBe('yizhan simulate wechat_kf')
    expect([command('email', inbox, false), command('webchat', inbox, true)]).toEqual(['yizhan simulate email', ''])
  })
})

describe('opening hours', () => {
  it('turn minutes into times and back', () => {
    expect([asTime(0), asTime(545), asTime(1440)]).toEqual(['00:00', '09:05', '00:00'])
    expect(asMinute('18:30')).toBe(1110)
  })

  it('add, change and copy spans without touching other days', () => {
    const one = withSpan(never, 0, 0, {})
    expect(ofDay(one, 0)).toEqual([{ day: 0, start: 540, end: 1080 }])
    const changed = withSpan(one, 0, 0, { end: 720 })
    const more = withSpan(changed, 0, 1, {})
    expect(ofDay(more, 0).map((span) => [span.start, span.end])).toEqual([[540, 720], [720, 1440]])
    const copied = copyToWorkdays(more)
    expect([0, 1, 4, 5].map((day) => ofDay(copied, day).length)).toEqual([2, 2, 2, 0])
  })
})

describe('highlights', () => {
  it('cut by code points, as the hub counts', () => {
    expect(slices('😀水费账单', [{ start: 1, end: 3 }])).toEqual([
      { text: '😀', hit: false },
      { text: '水费', hit: true },
      { text: '账单', hit: false },
    ])
  })

  it('bear ranges out of order and past the end', () => {
    expect(slices('abc', [{ start: 2, end: 9 }, { start: 0, end: 1 }]).map((slice) => slice.text)).toEqual(['a', 'b', 'c'])
    expect(slices('abc', [])).toEqual([{ text: 'abc', hit: false }])
  })
})
