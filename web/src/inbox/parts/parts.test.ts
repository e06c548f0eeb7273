import { describe, expect, it } from 'vitest'

import { filledTemplate, namesIn } from '../channel/templates'
import { bare, unproved } from '../thread/envelope'
import { readEvent } from './calendar'
import { frameDocument, guessedHeight } from './frame'

const INVITATION = [
  'BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VTIMEZONE', 'DTSTART:19700101T000000', 'END:VTIMEZONE', 'BEGIN:VEVENT',
  'SUMMARY:水表更换\\, 朝阳路 5 号', 'DTSTART;TZID="Asia/Shanghai":20261123T093000', 'DTEND:20261123T020000Z',
  'LOCATION:一个很长的地', ' 址', 'ORGANIZER;CN="林晓":mailto:lin@example.cn', 'END:VEVENT', 'END:VCALENDAR',
].join('\r\n')

describe('an invitation', () => {
  it('is read: the event, not the zone; folded lines; names', () => {
    expect(readEvent(INVITATION)).toEqual({
      summary: '水表更换, 朝阳路 5 号', place: '一个很长的地址', organiser: '林晓', cancelled: false,
      start: { instant: '', words: '2026-11-23 09:30 (Asia/Shanghai)' },
      end: { instant: '2026-11-23T02:00:00Z', words: '2026-11-23 02:00' },
    })
  })

  it('is seen to be called off, and bears rubbish', () => {
    expect(readEvent(INVITATION.replace('REQUEST', 'CANCEL'))?.cancelled).toBe(true)
    expect(readEvent('BEGIN:VEVENT\nDTSTART:soon\n:::')).toMatchObject({ summary: '', start: { instant: '', words: '' } })
    expect(readEvent('hello')).toBeNull()
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
