/** One connection to the hub that comes back by itself and knows what it has missed. */

import { delay } from './backoff'
import { parse, type ClientFrame, type ServerFrame } from './frames'
import { advance, type Position } from './position'

export type LiveState = 'connecting' | 'open' | 'waiting' | 'closed'

export interface LiveHooks {
  /** Every frame that changes something, in order, each once. */
  frame: (frame: ServerFrame) => void
  /** What is shown may be old. */
  refetch: () => void
  state: (state: LiveState, retryAt: number | null) => void
  /** The session was revoked or has ended. */
  over: () => void
}

export interface Wire {
  readonly readyState: number
  send(text: string): void
  close(code?: number): void
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onerror: ((event: Event) => void) | null
}

const OPEN = 1
const SESSION_OVER = 4401
/** Ping this often; two silent rounds mean that the line is dead, whatever the browser thinks. */
const BEAT = 15_000

export class Live {
  private wire: Wire | null = null
  private position: Position | null = null
  private attempt = 0
  private retry: ReturnType<typeof setTimeout> | null = null
  private beat: ReturnType<typeof setInterval> | null = null
  private heard = 0
  private stopped = true
  private viewing: Extract<ClientFrame, { type: 'view' }> | null = null

  constructor(
    private readonly hooks: LiveHooks,
    private readonly open: () => Wire,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (!this.stopped) return
    this.stopped = false
    this.connect()
  }

  stop(): void {
    this.stopped = true
    this.clearTimers()
    this.position = null
    this.drop()
    this.hooks.state('closed', null)
  }

  /** Try at once: the network is back, the person is looking, or they pressed the button. */
  hurry(): void {
    if (this.stopped || this.wire?.readyState === OPEN) return
    this.attempt = 0
    this.drop()
    this.connect()
  }

  send(frame: ClientFrame): void {
    if (frame.type === 'view') this.viewing = frame.conversation ? frame : null
    if (this.wire?.readyState === OPEN) this.wire.send(JSON.stringify(frame))
  }

  private connect(): void {
    if (this.retry) clearTimeout(this.retry)
    this.retry = null
    this.hooks.state('connecting', null)
    const wire = this.open()
    this.wire = wire
    wire.onopen = () => this.opened(wire)
    wire.onmessage = (event) => {
      if (this.wire === wire) this.received(String(event.data))
    }
    wire.onclose = (event) => {
      if (this.wire === wire) this.lost(event.code)
    }
    wire.onerror = () => {}
  }

  private opened(wire: Wire): void {
    if (this.wire !== wire) return
    this.heard = Date.now()
    if (this.position) this.send({ type: 'resume', ...this.position })
    if (this.viewing) this.send(this.viewing)
    this.beat = setInterval(() => this.listen(), BEAT)
  }

  private received(text: string): void {
    this.heard = Date.now()
    const frame = parse(text)
    if (!frame) return
    if (frame.type === 'hello') this.settled()
    if (frame.type === 'session_over') return this.ended()
    const verdict = advance(this.position, frame)
    if (verdict.kind === 'seen') return
    this.position = verdict.position
    this.hooks.frame(frame)
    if (verdict.kind === 'refetch') this.hooks.refetch()
  }

  private settled(): void {
    this.attempt = 0
    this.hooks.state('open', null)
  }

  private listen(): void {
    if (Date.now() - this.heard > 2.5 * BEAT) {
      this.drop()
      this.lost(0)
      return
    }
    this.send({ type: 'ping' })
  }

  private lost(code: number): void {
    this.clearTimers()
    this.wire = null
    if (this.stopped) return
    if (code === SESSION_OVER) return this.ended()
    const wait = delay(this.attempt, this.random)
    this.attempt += 1
    this.hooks.state('waiting', Date.now() + wait)
    this.retry = setTimeout(() => this.connect(), wait)
  }

  private ended(): void {
    this.stop()
    this.hooks.over()
  }

  private drop(): void {
    const wire = this.wire
    this.wire = null
    if (wire) wire.close()
  }

  private clearTimers(): void {
    if (this.retry) clearTimeout(this.retry)
    if (this.beat) clearInterval(this.beat)
    this.retry = null
    this.beat = null
  }
}
