import { beforeEach, expect, test } from 'vitest'

import { shelf } from './memory'
import { Outbox } from './outbox'
import type { Lasting } from './protocol'

const said = (id: string, body = 'x'): Lasting => ({ type: 'send', client_id: id, parts: [{ type: 'text', body }] })
const open = (): Outbox => new Outbox(shelf('yizhan:k:'), Date.now())

beforeEach(() => localStorage.clear())

test('what was said and not confirmed survives a reload, in order', () => {
  const box = open()
  const now = Date.now()
  box.add(said('first'), now)
  box.add(said('second'), now) // within one millisecond
  box.add(said('third'), now - 5000) // the clock went back
  expect(open().due.map((frame) => frame.client_id)).toEqual(['first', 'second', 'third'])
})

test('what is confirmed is gone for good', () => {
  const box = open()
  box.add(said('first'), 1)
  box.accepted('first')
  expect(box.due).toEqual([])
  expect(open().due).toEqual([])
})

test('what is refused stays to be seen and is not sent again', () => {
  const box = open()
  box.add(said('first'), Date.now())
  box.refused('first', 'too long')
  expect(box.due).toEqual([])
  expect(open().all.map((one) => one.refused)).toEqual(['too long'])
})

test('two tabs do not overwrite each other', () => {
  const one = open()
  const other = open()
  one.add(said('first'), Date.now())
  other.add(said('second'), Date.now())
  expect(open().due.map((frame) => frame.client_id).sort()).toEqual(['first', 'second'])
})

test('a torn or old entry is dropped, a foreign key is left alone', () => {
  localStorage.setItem('yizhan:k:out:torn', '{"frame":{"cli')
  localStorage.setItem('yizhan:k:out:old', JSON.stringify({ frame: said('old'), at: Date.now() - 9 * 24 * 3600e3 }))
  localStorage.setItem('yizhan:k:token', 'abc')
  expect(open().all).toEqual([])
  expect(Object.keys(localStorage)).toEqual(['yizhan:k:token'])
})

test('without storage it still works for as long as the page lives', () => {
  const refusing = { getItem: () => { throw new Error('no') }, setItem: () => { throw new Error('no') }, removeItem: () => { throw new Error('no') } }
  const box = new Outbox(shelf('p:', refusing as unknown as Storage), 0)
  box.add(said('first'), 1)
  expect(box.due.map((frame) => frame.client_id)).toEqual(['first'])
})
