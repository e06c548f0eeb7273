import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { delay, LONGEST } from './backoff'
import { parse, type ServerFrame } from './frames'
import { advance } from './position'
import { Live, type Wire } from './socket'

class Line implements Wire {
  readyState = 0
  sent: unknown[] = []
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  onerror: Wire['onerror'] = null
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }
  close() {
    this.readyState = 3
  }
  opens() {
    this.readyState = 1
    this.onopen?.(new Event('open'))
  }
  says(frame: object) {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(frame) }))
  }
  breaks(code = 1006) {
    this.readyState = 3
    this.onclose?.({ code } as CloseEvent)
  }
}

function setUp() {
  const lines: Line[] = []
  const frames: ServerFrame[] = []
  const refetch = vi.fn()
  const over = vi.fn()
  const states: string[] = []
  const hooks = {
    frame: (frame: ServerFrame) => void frames.push(frame),
    refetch,
    over,
    state: (state: string) => void states.push(state),
  }
  const live = new Live(hooks, () => {
    const line = new Line()
    lines.push(line)
    return line
  }, () => 1)
  live.start()
  const line = (index = lines.length - 1) => lines[index] as Line
  line().opens()
  line().says({ type: 'hello', stream: 's1', n: 10 })
  return { live, lines, line, frames, refetch, over, states }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const counts = (n: number) => ({ type: 'offer_over', n, conversation: 'c' })
const told = (frames: ServerFrame[]) => frames.filter((frame) => frame.type === 'offer_over').map((f) => 'n' in f && f.n)

describe('the live socket', () => {
  it('fetches once after the first hello, then applies what follows in order, each once', () => {
    const { line, frames, refetch } = setUp()
    expect(refetch).toHaveBeenCalledTimes(1)
    for (const n of [11, 12, 12, 11, 13]) line().says(counts(n))
    expect(told(frames)).toEqual([11, 12, 13])
    expect(refetch).toHaveBeenCalledTimes(1)
  })

  it('resumes where it stood, without fetching', () => {
    const { line, lines, frames, refetch } = setUp()
    line().says(counts(11))
    line().breaks()
    vi.advanceTimersByTime(1000)
    expect(lines).toHaveLength(2)
    line().opens()
    expect(line().sent[0]).toEqual({ type: 'resume', stream: 's1', n: 11 })
    line().says({ type: 'hello', stream: 's1', n: 13 })
    line().says(counts(12))
    line().says(counts(13))
    expect(told(frames)).toEqual([11, 12, 13])
    expect(refetch).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['another process', { type: 'hello', stream: 's2', n: 3 }],
    ['too old a point', { type: 'reset', n: 99 }],
    ['a hole', { type: 'offer_over', n: 42, conversation: 'c' }],
  ])('fetches again after %s', (_, frame) => {
    const { line, refetch } = setUp()
    line().breaks()
    vi.advanceTimersByTime(1000)
    line().opens()
    line().says(frame)
    expect(refetch).toHaveBeenCalledTimes(2)
  })

  it('waits longer with every failure, and says until when', () => {
    const { lines, line, states } = setUp()
    for (let round = 0; round < 4; round += 1) {
      line().breaks()
      vi.advanceTimersByTime(delay(round, () => 1) - 1)
      expect(lines).toHaveLength(round + 1)
      vi.advanceTimersByTime(1)
      expect(lines).toHaveLength(round + 2)
    }
    expect(states.at(-1)).toBe('connecting')
    expect(delay(40, () => 1)).toBe(LONGEST)
    expect(delay(3, () => 0)).toBeLessThan(delay(3, () => 1))
  })

  it('notices a line that is dead without saying so', () => {
    const { lines } = setUp()
    vi.advanceTimersByTime(46_000)
    expect(lines.length).toBeGreaterThan(1)
    expect(lines[0]?.readyState).toBe(3)
  })

  it('stops when the session is over', () => {
    const { line, lines, over } = setUp()
    line().breaks(4401)
    vi.advanceTimersByTime(120_000)
    expect(over).toHaveBeenCalledTimes(1)
    expect(lines).toHaveLength(1)
  })

  it('tells the hub again which conversation is open', () => {
    const { live, line } = setUp()
    live.send({ type: 'view', conversation: 'c7', listening: true })
    line().breaks()
    vi.advanceTimersByTime(1000)
    line().opens()
    expect(line().sent).toContainEqual({ type: 'view', conversation: 'c7', listening: true })
  })

  it('ignores a line that was given up', () => {
    const { live, lines, frames } = setUp()
    const first = lines[0] as Line
    first.readyState = 3
    live.hurry()
    first.says(counts(11))
    expect(told(frames)).toEqual([])
  })
})

describe('frames', () => {
  it.each(['', '{', '[]', 'null', '5', '{"type":5}', '{"type":"from_the_future"}'])('passes over %s', (text) => {
    expect(parse(text)).toBeNull()
  })

  it('without a number are applied and move nothing', () => {
    const position = { stream: 's', n: 4 }
    expect(advance(position, { type: 'pong' })).toEqual({ kind: 'apply', position })
  })
})
