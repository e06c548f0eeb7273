import { describe, expect, it } from 'vitest'

import { filledTemplate, namesIn } from '../channel/templates'
import { bare, unproved } from '../thread/envelope'
import { eventTime } from './eventTime'
import { frameDocument, guessedHeight } from './frame'

describe('the time of an invitation', () => {
  it.each([
    ['2026-11-23', '2026-11-23'],
    ['2026-11-23T09:30:00[Asia/Shanghai]', '2026-11-23 09:30 (Asia/Shanghai)'],
    ['2026-11-23T09:30:00', '2026-11-23 09:30'],
    ['soon', 'soon'],
  ])('%s', (told, shown) => {
    expect(eventTime(told)).toBe(shown)
  })

  it('is told by our clock when it is UTC', () => {
    expect(eventTime('2026-11-23T02:00:00Z')).toMatch(/2026/)
  })
})

describe('the frame of a mail', () => {
  it('opens links elsewhere and brings no style sheet', () => {
    expect(frameDocument('<p>x</p>')).toContain('<base target="_blank">')
    expect(frameDocument('<p>x</p>')).not.toContain('<style')
  })

  it('is as high as what stands in it, within bounds', () => {
    expect(guessedHeight('<p>好</p>')).toBe(72)
    const many = guessedHeight('<p>一行</p>'.repeat(8))
    expect(many).toBeGreaterThan(guessedHeight('<p>一行</p>'.repeat(4)))
    expect(guessedHeight('<p>一行</p>'.repeat(4000))).toBe(520)
    expect(guessedHeight('<img height="300" src="x">')).toBeGreaterThan(300)
  })
})

describe('a mail', () => {
  it.each([
    [{ spf: 'pass', dkim: 'pass' }, []],
    [{ spf: 'softfail', dkim: 'fail', dmarc: 'none' }, ['DKIM', 'SPF']],
    [{ spf: 'temperror' }, []],
    [undefined, []],
  ])('is doubted when its proofs failed', (proofs, expected) => {
    expect(unproved(proofs)).toEqual(expected)
  })

  it('has one subject however often it was answered', () => {
    expect(['水费', 'RE: 水费', '回复：Re: 水费', 'Fwd: AW: 水费'].map(bare)).toEqual(['水费', '水费', '水费', '水费'])
    expect(bare('Regarding x')).toBe('regarding x')
  })
})

describe('a registered text', () => {
  it.each([
    [{ id: '1', title: 'x', body: '您好 {name}，户号 ${number}', variables: [] }, ['name', 'number'], '您好 王，户号 {number}'],
    [{ id: '2', title: 'x', body: '{{first.DATA}} 到账 {{name.DATA}}', variables: [] }, ['first', 'name'], '{first} 到账 王'],
    [{ id: '3', title: '缴费', body: '', variables: ['name'] }, ['name'], '缴费\nname: 王'],
  ])('%#', (card, names, text) => {
    expect(namesIn(card)).toEqual(names)
    expect(filledTemplate(card, { name: '王' })).toBe(text)
  })
})
