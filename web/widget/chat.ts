// The chat without its looks: session, thread, outbox and line together. The element draws what it says.

import { Link } from './link'
import { shelf, type Shelf } from './memory'
import { Outbox, type Waiting } from './outbox'
import type { Config, Identity, Lasting, Media, Message, Part, ServerFrame } from './protocol'
import { Thread } from './thread'

export interface Options {
  hub: string
  key: string
  language: string
  identity?: Identity
  changed(): void
  typing(on: boolean): void
  arrived(message: Message): void
}

interface Opened { token: string; visitor: string }
interface Older { items: Message[]; next: { conversation: string; before: number } | null }

const TYPING = 3000

export class Chat {
  readonly thread = new Thread()
  readonly outbox: Outbox
  readonly link: Link
  config: Config | null = null
  trouble = ''
  filled = false
  /** Accepted, and not yet come back as a message: still shown as said. */
  readonly sent = new Map<string, Waiting>()
  hasOlder = true
  private readonly shelf: Shelf
  private readonly base: string
  private token = ''
  private typedAt = 0
  private readSent = ''
  private next: Older['next'] = null

  constructor(private readonly options: Options) {
    this.base = `${options.hub}/chat/${encodeURIComponent(options.key)}`
    this.shelf = shelf(`yizhan:${options.key}:`)
    this.token = this.shelf.get('token') ?? ''
    this.outbox = new Outbox(this.shelf, Date.now())
    this.link = new Link({
      base: this.base,
      token: () => this.token,
      place: () => ({ seq: this.thread.seq, conversation: this.thread.conversation }),
      due: () => this.outbox.due,
      take: (frame) => this.take(frame),
      state: () => options.changed(),
      renew: () => this.open(),
      socket: (url, protocols) => new WebSocket(url, protocols),
      fetch: (url, init) => fetch(url, init),
      random: Math.random,
    })
  }

  /** How the window looks; kept small, so that a page that never opens it pays for one request. */
  async look(): Promise<void> {
    const answer = await fetch(`${this.base}/config?lang=${this.options.language}`)
    if (!answer.ok) throw new Error(`config ${answer.status}`)
    this.config = (await answer.json()) as Config
  }

  /** True when this browser has been here before: then the line is opened at once, for what is unread. */
  get known(): boolean {
    return this.token !== '' || this.outbox.all.length > 0 || this.options.identity !== undefined
  }

  async start(): Promise<void> {
    if (await this.open()) this.link.start()
    this.options.changed()
  }

  async open(): Promise<boolean> {
    const { identity, language } = this.options
    const body = { token: this.token, page: location.href.slice(0, 4000), language, ...(identity && { identity }) }
    try {
      const answer = await this.call('/session', { method: 'POST', body: JSON.stringify(body) })
      if (!answer.ok) {
        this.trouble = answer.status >= 500 || answer.status === 429 ? 'later' : 'refused'
        if (this.trouble === 'later') setTimeout(() => void this.start(), 5000 + Math.random() * 10_000)
        return false
      }
      this.enter((await answer.json()) as Opened)
      return true
    } catch {
      setTimeout(() => void this.start(), 3000 + Math.random() * 5000)
      this.trouble = 'later'
      return false
    }
  }

  say(parts: Part[]): void {
    this.last({ type: 'send', client_id: newId(), parts })
    this.typedAt = 0
  }

  fill(name: string, answers: Record<string, string>): void {
    this.filled = true
    this.last({ type: 'form', client_id: newId(), name, answers })
  }

  rate(stars: number, comment: string): void {
    this.last({ type: 'rate', client_id: newId(), stars, comment, conversation: this.thread.conversation })
    this.thread.standing = { ...this.thread.standing, rate: false }
    this.options.changed()
  }

  end(): void {
    this.last({ type: 'end', client_id: newId(), conversation: this.thread.conversation })
  }

  again(id: string): void {
    const waiting = this.outbox.get(id)
    if (!waiting) return
    this.drop(id)
    this.last({ ...waiting.frame, client_id: newId() } as Lasting)
  }

  drop(id: string): void {
    this.outbox.accepted(id)
    this.options.changed()
  }

  types(): void {
    if (Date.now() - this.typedAt < TYPING) return
    this.typedAt = Date.now()
    this.link.send({ type: 'typing', on: true })
  }

  rests(): void {
    if (this.typedAt) this.link.send({ type: 'typing', on: false })
    this.typedAt = 0
  }

  /** The visitor has everything before their eyes. */
  seen(): void {
    const { conversation, seq } = this.thread
    const mark = `${conversation}:${seq}`
    this.shelf.set('seen', mark)
    if (!conversation || mark === this.readSent || !this.link.isUp) return
    this.readSent = mark
    this.link.send({ type: 'read', seq, conversation })
  }

  get unread(): number {
    const [conversation, seq] = (this.shelf.get('seen') ?? ':0').split(':')
    return this.thread.messages.filter(
      (one) => one.from !== 'me' && !(one.conversation === conversation && one.seq <= Number(seq)) &&
        one.conversation === this.thread.conversation,
    ).length
  }

  async older(): Promise<void> {
    const first = this.thread.messages[0]
    const at = this.next ?? (first && { conversation: first.conversation, before: first.seq })
    this.hasOlder = false
    if (!at || at.before < 1) return
    const answer = await this.call(`/history?before=${at.before}&conversation=${at.conversation}`)
    if (!answer.ok) return
    const page = (await answer.json()) as Older
    this.thread.prepend(page.items)
    this.next = page.next
    this.hasOlder = page.next !== null
    this.options.changed()
  }

  upload(file: File, progress: (share: number) => void): Promise<Media> {
    return new Promise((resolve, reject) => {
      const form = new FormData()
      form.append('file', file, file.name || 'image.png')
      const request = new XMLHttpRequest() // fetch cannot tell how far an upload has come
      request.open('POST', `${this.base}/upload`)
      request.setRequestHeader('Authorization', `Bearer ${this.token}`)
      request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0)
      request.onload = () =>
        request.status === 201
          ? resolve(JSON.parse(request.responseText) as Media)
          : reject(new Error(String(request.status)))
      request.onerror = () => reject(new Error('0'))
      request.send(form)
    })
  }

  async file(part: Media): Promise<string> {
    const answer = await this.call(`/blobs/${part.blob}?name=${encodeURIComponent(part.name)}`)
    if (!answer.ok) throw new Error(`blob ${answer.status}`)
    return URL.createObjectURL(await answer.blob())
  }

  /** Forget who was here: for pages whose user logs out. */
  forget(): void {
    this.link.stop()
    this.outbox.clear()
    this.sent.clear()
    this.thread.forget()
    this.shelf.keys().forEach((key) => this.shelf.remove(key))
    this.token = ''
    this.options.changed()
  }

  private take(frame: ServerFrame): void {
    if (frame.type === 'accepted') this.accepted(frame.client_id)
    else if (frame.type === 'refused') this.outbox.refused(frame.client_id, frame.detail)
    else if (frame.type === 'typing') return this.options.typing(frame.on)
    else if (frame.type === 'error') setTimeout(() => this.link.flush(), 2000 + Math.random() * 2000)
    const news = this.thread.take(frame)
    if (frame.type === 'message' && news) {
      if (frame.client_id) this.outbox.accepted(frame.client_id)
      if (frame.client_id) this.sent.delete(frame.client_id)
      this.options.arrived(frame)
    }
    this.options.changed()
  }

  private accepted(id: string): void {
    const one = this.outbox.get(id)
    this.outbox.accepted(id)
    const shown = one?.frame.type === 'send' || one?.frame.type === 'form'
    if (one && shown && !this.thread.has(id)) this.sent.set(id, one)
  }

  private last(frame: Lasting): void {
    this.outbox.add(frame, Date.now())
    this.link.send(frame)
    this.options.changed()
  }

  private enter(opened: Opened): void {
    const before = this.shelf.get('visitor')
    if (opened.visitor !== before) {
      this.thread.forget()
      // Words of a person who was logged in are not to be said by the next one.
      if (before?.startsWith('u_')) this.outbox.clear()
    }
    this.trouble = ''
    this.token = opened.token
    this.shelf.set('token', opened.token)
    this.shelf.set('visitor', opened.visitor)
  }

  private call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers: Record<string, string> = init.body ? { 'Content-Type': 'application/json' } : {}
    if (this.token && path !== '/session') headers.Authorization = `Bearer ${this.token}`
    return fetch(this.base + path, { ...init, headers })
  }
}

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
