import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { backoff, Link, type Wire } from './link'
import type { Lasting, ServerFrame } from './protocol'

class Line {
  static all: Line[] = []
  readyState = 0
  sent: { type: string; client_id?: string; seq?: number }[] = []
  onopen: () => void = () => undefined
  onmessage: (event: { data: string }) => void = () => undefined
  onclose: (event: { code: number }) => void = () => undefined
  constructor(readonly url: string, readonly protocols: string[]) {
    Line.all.push(this)
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string })
  }
  close(): void {
    this.readyState = 3
  }
  opens(): void {
    this.readyState = 1
    this.onopen()
    this.hears({ type: 'hello', visitor: 'v', conversation: 'c', seq: 4, state: 'agent' })
  }
  hears(frame: ServerFrame): void {
    this.onmessage({ data: JSON.stringify(frame) })
  }
  ends(code: number): void {
    this.readyState = 3
    this.onclose({ code })
  }
}

let due: Lasting[]
let place: { seq: number; conversation: string }
let taken: ServerFrame[]
let asked: { url: string; init: RequestInit }[]
let renewed: boolean

function wire(answer: (url: string) => Promise<Response> = () => new Promise(() => undefined)): Wire {
  return {
    base: 'https://hub/chat/k', token: () => 't', place: () => place, due: () => due, take: (frame) => taken.push(frame),
    state: () => undefined, renew: () => Promise.resolve(renewed), random: () => 0.5,
    socket: (url, protocols) => new Line(url, protocols) as unknown as WebSocket,
    fetch: (url, init) => {
      asked.push({ url, init })
      return answer(url)
    },
  }
}
const line = (): Line => Line.all.at(-1) as Line
const said = (id: string): Lasting => ({ type: 'send', client_id: id, parts: [] })

beforeEach(() => {
  vi.useFakeTimers()
  Line.all = []
  due = []
  taken = []
  asked = []
  renewed = true
  place = { seq: 0, conversation: '' }
})
afterEach(() => vi.useRealTimers())

test('hello names the place, and what is unconfirmed goes out when the hub has answered', () => {
  const link = new Link(wire())
  place = { seq: 4, conversation: 'c' }
  due = [said('one'), said('two')]
  link.start()
  expect(line().protocols).toEqual(['yizhan.chat.1', 'token.t'])
  link.send(said('early')) // no line yet: it is in the outbox
  line().opens()
  expect(line().sent.map((frame) => frame.client_id ?? frame.type)).toEqual(['hello', 'one', 'two'])
  expect(line().sent[0]).toMatchObject({ seq: 4, conversation: 'c' })
})

test('a cut line comes back after a jittered wait and sends again what was not confirmed', async () => {
  const link = new Link(wire())
  link.start()
  line().opens()
  due = [said('one')]
  line().ends(1006)
  await vi.advanceTimersByTimeAsync(0)
  expect(Line.all.length).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect(Line.all.length).toBe(2)
  line().opens()
  expect(line().sent.map((frame) => frame.client_id)).toContain('one')
})

test('a line that says nothing is asked, and hung up when it does not answer', async () => {
  const link = new Link(wire())
  link.start()
  line().opens()
  await vi.advanceTimersByTimeAsync(25_000)
  expect(line().sent.at(-1)).toEqual({ type: 'ping' })
  line().hears({ type: 'pong' })
  await vi.advanceTimersByTimeAsync(25_000 + 12_000)
  expect(line().readyState).toBe(3)
  await vi.advanceTimersByTimeAsync(2000)
  expect(Line.all.length).toBe(2)
})

test('where sockets do not get through, polls do', async () => {
  const answers = [{ frames: [{ type: 'hello', visitor: 'v', seq: 0, state: 'new' }], cursor: 'C1' }]
  const link = new Link(wire((url) => {
    if (url.includes('/frames')) return Promise.resolve(Response.json({ frames: [{ type: 'accepted', client_id: 'one' }], cursor: '' }))
    const next = answers.shift()
    return next ? Promise.resolve(Response.json(next)) : new Promise(() => undefined)
  }))
  due = [said('one')]
  link.start()
  line().ends(1006)
  await vi.advanceTimersByTimeAsync(2000)
  line().ends(1006)
  await vi.advanceTimersByTimeAsync(10)
  expect(link.isUp).toBe(true)
  const urls = asked.map((one) => one.url.replace('https://hub/chat/k', ''))
  expect(urls).toContain('/poll?seq=0&conversation=')
  expect(urls).toContain('/poll?cursor=C1')
  expect(urls).toContain('/frames')
  expect(taken).toContainEqual({ type: 'accepted', client_id: 'one' })
})

test('a token that is no longer good is renewed once; a foreign page gives up', async () => {
  const link = new Link(wire())
  link.start()
  line().opens()
  line().ends(4401)
  await vi.advanceTimersByTimeAsync(2000)
  expect(Line.all.length).toBe(2)
  line().opens()
  line().ends(4403)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(Line.all.length).toBe(2)
})

test('waits grow, stay bounded, differ, and are longer after too much', () => {
  expect(backoff(0, 1006, 0)).toBeLessThan(backoff(3, 1006, 0))
  expect(backoff(50, 1006, 1)).toBeLessThanOrEqual(30_000)
  expect(backoff(2, 1006, 0)).not.toBe(backoff(2, 1006, 0.9))
  expect(backoff(0, 4429, 0)).toBeGreaterThan(5000)
})
