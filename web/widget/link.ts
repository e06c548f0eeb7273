// The line to the hub: a WebSocket, or long polling where sockets do not get through; always coming back, with jitter.

import type { ClientFrame, Lasting, ServerFrame } from './protocol'

export interface Place { seq: number; conversation: string }
export interface Wire {
  /** `https://hub.example/chat/KEY` */
  base: string
  token(): string
  place(): Place
  /** Frames that must last and are unconfirmed, in order: sent whenever a line comes up. */
  due(): Lasting[]
  take(frame: ServerFrame): void
  state(up: boolean): void
  /** The token is no longer good: get another; false gives up. */
  renew(): Promise<boolean>
  socket(url: string, protocols: string[]): WebSocket
  fetch(url: string, init: RequestInit): Promise<Response>
  random(): number
}

const PING = 25_000
const PATIENCE = 12_000
const FIRST = 800
const LONGEST = 30_000
const MALFORMED = 4400
const TOKEN = 4401
const ORIGIN = 4403
const RATE = 4429
const RETRY_SOCKET = 5 * 60_000

/** How long to wait before try number `tries`: doubling, and a random half, so that a restart is not a stampede. */
export function backoff(tries: number, code: number, random: number): number {
  const least = code === RATE ? 5000 : 0
  const span = Math.min(LONGEST, FIRST * 2 ** Math.min(tries, 6))
  return least + span / 2 + (random * span) / 2
}

export class Link {
  private ws: WebSocket | null = null
  private up = false
  private tries = 0
  private unopened = 0
  private stopped = true
  private polling: AbortController | null = null
  private socketAfter = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private quiet: ReturnType<typeof setTimeout> | undefined
  private posting: Promise<void> = Promise.resolve()

  constructor(private readonly wire: Wire) {}

  get isUp(): boolean {
    return this.up
  }

  start(): void {
    if (!this.stopped) return
    this.stopped = false
    this.connect()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    clearTimeout(this.quiet)
    this.polling?.abort()
    this.polling = null
    this.ws?.close(1000)
    this.ws = null
    this.change(false)
  }

  /** The network or the page is back: do not sit out the wait. */
  hurry(): void {
    if (this.stopped || this.up || this.ws) return
    clearTimeout(this.timer)
    this.tries = 0
    this.connect()
  }

  /** Send now if there is a line; lasting frames go again by themselves when one comes up. */
  send(frame: ClientFrame): void {
    if (!this.up) return
    if (this.ws) this.ws.send(JSON.stringify(frame))
    else if (frame.type !== 'ping') this.post([frame])
  }

  private connect(): void {
    if (this.stopped) return
    if (this.unopened >= 2 && Date.now() < this.socketAfter) void this.poll()
    else this.open()
  }

  private open(): void {
    let ws: WebSocket
    try {
      ws = this.wire.socket(`${this.wire.base.replace(/^http/, 'ws')}/socket`, [
        'yizhan.chat.1',
        `token.${this.wire.token()}`,
      ])
    } catch {
      this.failed()
      return
    }
    this.ws = ws
    let opened = false
    ws.onopen = () => {
      opened = true
      this.unopened = 0
      ws.send(JSON.stringify({ type: 'hello', ...this.wire.place() }))
      this.listen()
    }
    ws.onmessage = (event) => this.hear(JSON.parse(String(event.data)) as ServerFrame)
    ws.onclose = (event) => {
      if (this.ws !== ws) return
      this.ws = null
      if (opened) void this.lost(event.code)
      else this.failed()
    }
    this.listen()
  }

  private hear(frame: ServerFrame): void {
    if (frame.type === 'hello' && !this.up) this.welcome()
    this.listen()
    this.wire.take(frame)
  }

  private welcome(): void {
    this.tries = 0
    this.change(true)
    this.flush()
  }

  /** Send everything that is unconfirmed, if there is a line. */
  flush(): void {
    const due = this.up ? this.wire.due() : []
    if (this.ws) due.forEach((frame) => this.send(frame))
    else if (due.length) this.post(due)
  }

  /** Ask when nothing was heard for a while; hang up when there is no answer. A dead line often says nothing at all. */
  private listen(): void {
    clearTimeout(this.quiet)
    const waiting = this.up ? PING : PATIENCE
    this.quiet = setTimeout(() => {
      const ws = this.ws
      if (!ws) return
      if (!this.up) return this.hang(ws)
      this.send({ type: 'ping' })
      this.quiet = setTimeout(() => this.hang(ws), PATIENCE)
    }, waiting)
  }

  private hang(ws: WebSocket): void {
    if (this.ws !== ws) return
    const opened = ws.readyState === 1
    this.ws = null
    ws.close()
    if (opened) void this.lost(1006)
    else this.failed()
  }

  private failed(): void {
    this.ws = null
    this.unopened += 1
    if (this.unopened >= 2) {
      this.socketAfter = Date.now() + RETRY_SOCKET
      void this.poll()
    } else this.again(0)
  }

  private async lost(code: number): Promise<void> {
    this.change(false)
    if (code === ORIGIN) return this.stop()
    if (code === TOKEN && !(await this.wire.renew())) return this.stop()
    if (code === MALFORMED) this.tries = Math.max(this.tries, 3)
    this.again(code)
  }

  private again(code: number): void {
    if (this.stopped) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.connect(), backoff(this.tries, code, this.wire.random()))
    this.tries += 1
  }

  private async poll(): Promise<void> {
    if (this.polling || this.stopped) return
    const control = (this.polling = new AbortController())
    const { seq, conversation } = this.wire.place()
    let query = `seq=${seq}&conversation=${conversation}`
    try {
      while (!this.stopped && Date.now() < this.socketAfter) {
        const answer = await this.ask(`/poll?${query}`, { signal: control.signal })
        answer.frames.forEach((frame) => this.hear(frame))
        query = `cursor=${answer.cursor}`
      }
      this.unopened = 1
      this.again(0)
    } catch (error) {
      await this.lost(error instanceof Gone ? error.code : 1006)
    } finally {
      if (this.polling === control) this.polling = null
    }
  }

  private post(frames: ClientFrame[]): void {
    this.posting = this.posting.then(async () => {
      try {
        const body = JSON.stringify({ frames: frames.slice(0, 50) })
        const headers = { 'Content-Type': 'application/json' }
        const answer = await this.ask('/frames', { method: 'POST', body, headers })
        answer.frames.forEach((frame) => this.wire.take(frame))
      } catch {
        // what lasts stays in the outbox and goes again when the line comes up
        this.polling?.abort()
      }
    })
  }

  private async ask(path: string, init: RequestInit): Promise<{ frames: ServerFrame[]; cursor: string }> {
    const headers = { ...init.headers, Authorization: `Bearer ${this.wire.token()}` }
    const answer = await this.wire.fetch(this.wire.base + path, { ...init, headers })
    if (!answer.ok) throw new Gone({ 401: TOKEN, 403: ORIGIN, 429: RATE }[answer.status] ?? 1006)
    return (await answer.json()) as { frames: ServerFrame[]; cursor: string }
  }

  private change(up: boolean): void {
    if (this.up === up) return
    this.up = up
    this.wire.state(up)
  }
}

class Gone extends Error {
  constructor(readonly code: number) {
    super(`line gone: ${code}`)
  }
}
