import { describe, expect, it } from 'vitest'

import type { Canned } from '@/api/settings'
import type { Message } from '@/api/types'
import { author, message } from '@/samples/samples'

import { filled, suiting } from './canned'
import { answerAfter } from './collision'
import { sends } from './enter'
import { mentioned } from './mentions'
import { replaced, tokenAt } from './token'

const canned = (shortcut: string, title: string, initials: string, body = ''): Canned => ({
  id: shortcut, shortcut, title, initials, body, team: null, version: 1,
})
const ALL = [canned('bill', '水费查询', 'sfcx'), canned('hello', '欢迎光临', 'hygl'), canned('refund', '退款说明', 'tksm', '请提供水费单')]

describe('canned replies', () => {
  it.each([
    ['', ['bill', 'hello', 'refund']],
    ['hy', ['hello']],
    ['HYGL', ['hello']],
    ['re', ['refund']],
    ['水费', ['bill', 'refund']],
    ['没有', []],
  ])('%s', (typed, expected) => {
    expect(suiting(ALL, typed).map((item) => item.shortcut)).toEqual(expected)
  })

  it('fill in what is known, and nothing for what is not', () => {
    expect(filled('您好，{{customer.name}}！{{ agent.name }}{{weather}}', { 'customer.name': '王', 'agent.name': '林' })).toBe('您好，王！林')
    expect(filled('您好，{{customer.name}}！', { 'customer.name': '' })).toBe('您好！')
  })
})

describe('the token at the caret', () => {
  it.each([
    ['/', 1, '/', ''],
    ['您好 /sf', 6, '/', 'sf'],
    ['您好，/sf', 6, '/', 'sf'],
    ['请 @林', 4, '@', '林'],
  ])('%s', (text, caret, sign, typed) => {
    expect(tokenAt(text, caret, '/@')).toMatchObject({ sign, typed })
  })

  it.each([['https://a', 9], ['a@b.cn', 6], ['1/2', 3], ['/sf ', 4], ['', 0], ['//', 2]])('is none in %s', (text, caret) => {
    expect(tokenAt(text, caret, '/@')).toBeNull()
  })

  it('is replaced in its place', () => {
    const token = tokenAt('好 /sf 的', 5, '/')
    expect(token && replaced('好 /sf 的', token, '水费')).toEqual({ text: '好 水费 的', caret: 4 })
  })
})

describe('mentions', () => {
  it('take the longer name first', () => {
    const people = [{ id: '1', name: '王小' }, { id: '2', name: '王小明' }]
    expect(mentioned('@王小明 看一下', people)).toEqual(['2'])
    expect(mentioned('@王小明 @王小 看一下', people).sort()).toEqual(['1', '2'])
    expect(mentioned('没有人', people)).toEqual([])
  })
})

describe('Enter', () => {
  const key = (more = {}) => ({
    key: 'Enter', keyCode: 13, isComposing: false, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more,
  })
  it.each([
    ['alone, when liked', key(), true, true],
    ['alone, when not', key(), false, false],
    ['with Ctrl', key({ ctrlKey: true }), false, true],
    ['with Cmd', key({ metaKey: true }), false, true],
    ['with Shift', key({ shiftKey: true }), true, false],
    ['that chooses a Chinese word', key({ isComposing: true }), true, false],
    ['that chooses a Chinese word in Safari', key({ keyCode: 229 }), true, false],
    ['that is another key', key({ key: 'a' }), true, false],
  ])('%s', (_, event, liked, expected) => {
    expect(sends(event, liked)).toBe(expected)
  })
})

describe('a collision', () => {
  const said = (seq: number, id: string, more: Partial<Message> = {}) =>
    message(seq, { direction: 'out', author: author('agent', id), ...more })
  it('is a colleague’s answer after the writing began', () => {
    expect(answerAfter({ messages: [said(1, 'u2'), said(2, 'u2')] }, 1, 'u1')?.seq).toBe(2)
  })
  it.each([
    ['one’s own', said(2, 'u1')],
    ['a note', said(2, 'u2', { direction: 'note' })],
    ['the bot’s', said(2, 'b1', { author: author('bot', 'b1') })],
    ['the customer’s', said(2, 'p', { direction: 'in', author: author('customer') })],
    ['older', said(1, 'u2')],
  ])('is not %s', (_, told) => {
    expect(answerAfter({ messages: [told] }, 1, 'u1')).toBeNull()
  })
})
