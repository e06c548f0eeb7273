// The list of what was said. Rows are made once and only moved when they must be, so that a screen reader that listens
// to the log (role=log) hears each message once.

import { choiceButtons, choicesOf, isSilent, row, type Hand } from './bubbles'
import { h } from './dom'
import type { Message } from './protocol'

interface Drawn { row: HTMLElement; tick: HTMLElement }
interface Item { key: string; by: string; name: string; parts: Message['parts']; tick: (box: HTMLElement) => void }

const NEAR = 80

export class Log {
  readonly box: HTMLElement
  private readonly drawn = new Map<string, Drawn>()
  private readonly older: HTMLElement
  private choices: HTMLElement | null = null
  private asked = ''

  constructor(private readonly hand: Hand) {
    this.box = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': hand.words.log, tabindex: 0 })
    this.older = h('button', { class: 'older', type: 'button', click: () => void this.back() }, hand.words.older)
  }

  draw(greeting: string): void {
    const { chat } = this.hand
    const bottom = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR
    const items = this.items()
    const keep = new Set(items.map((item) => item.key))
    for (const [key, one] of this.drawn) if (!keep.has(key)) this.remove(key, one)
    const nodes = items.map((item) => this.rowOf(item))
    const first = chat.thread.messages.length > 0 && chat.hasOlder && (chat.thread.messages[0]?.seq ?? 1) > 1
    this.place([...(first ? [this.older] : []), ...this.greeting(greeting, items.length === 0), ...nodes, ...this.replies()])
    if (bottom) this.bottom()
  }

  bottom(): void {
    this.box.scrollTop = this.box.scrollHeight
  }

  private items(): Item[] {
    const { chat } = this.hand
    const said = chat.thread.messages.filter((message) => !isSilent(message)).map((message): Item => ({
      key: message.client_id || `${message.conversation}:${message.seq}`,
      by: message.from,
      name: message.name ?? '',
      parts: message.parts,
      tick: (box) => this.tick(box, message),
    }))
    const known = new Set(said.map((item) => item.key))
    const mine = [...chat.sent.values(), ...chat.outbox.all].filter(({ frame }) => !known.has(frame.client_id))
    return [...said, ...mine.flatMap(({ frame, refused }): Item[] => {
      if (frame.type !== 'send' && frame.type !== 'form') return []
      const parts = frame.type === 'send' ? frame.parts : [{ ...frame }]
      return [{ key: frame.client_id, by: 'me', name: '', parts, tick: (box) => this.waiting(box, frame.client_id, refused) }]
    })]
  }

  private rowOf(item: Item): HTMLElement {
    let one = this.drawn.get(item.key)
    if (!one) {
      const tick = h('span', { class: 'tick' })
      one = { tick, row: row(this.hand, item.by, item.name, item.parts, tick) }
      this.drawn.set(item.key, one)
    }
    item.tick(one.tick)
    return one.row
  }

  private tick(box: HTMLElement, message: Message): void {
    const { chat, words } = this.hand
    if (message.from !== 'me') return say(box, clock(message.at))
    const read = message.conversation === chat.thread.conversation && message.seq <= chat.thread.agentRead
    say(box, `${clock(message.at)} ${read ? '✓✓' : '✓'}`, read ? words.read : words.sent)
  }

  private waiting(box: HTMLElement, id: string, refused?: string): void {
    const { chat, words } = this.hand
    if (!refused) return say(box, chat.sent.has(id) ? '✓' : '◷', chat.sent.has(id) ? words.sent : words.sending)
    if (box.classList.contains('bad')) return
    box.className = 'tick bad'
    box.title = refused
    box.replaceChildren(
      `! ${words.failed}`,
      h('button', { type: 'button', click: () => chat.again(id) }, words.again),
      h('button', { type: 'button', click: () => chat.drop(id) }, words.drop),
    )
  }

  /** The quick replies under the last message, as long as nobody said anything after it. */
  private replies(): HTMLElement[] {
    const { chat } = this.hand
    const last = chat.thread.messages.filter((message) => !isSilent(message)).at(-1)
    const part = chat.outbox.all.length || chat.sent.size ? undefined : choicesOf(last)
    const asked = part && last ? `${last.conversation}:${last.seq}` : ''
    if (asked !== this.asked) this.choices = part ? choiceButtons(this.hand, part) : null
    this.asked = asked
    return this.choices ? [this.choices] : []
  }

  private greeting(text: string, empty: boolean): HTMLElement[] {
    if (!text || !empty) {
      this.drawn.delete('greeting')
      return []
    }
    return [this.rowOf({ key: 'greeting', by: 'bot', name: this.hand.chat.config?.title ?? '', parts: [{ type: 'text', body: text }], tick: () => undefined })]
  }

  private place(nodes: HTMLElement[]): void {
    for (const node of [...this.box.children]) if (!nodes.includes(node as HTMLElement)) node.remove()
    nodes.forEach((node, at) => {
      if (this.box.children[at] !== node) this.box.insertBefore(node, this.box.children[at] ?? null)
    })
  }

  private remove(key: string, one: Drawn): void {
    if (key === 'greeting') return
    one.row.remove()
    this.drawn.delete(key)
  }

  private async back(): Promise<void> {
    const before = this.box.scrollHeight
    await this.hand.chat.older()
    this.box.scrollTop += this.box.scrollHeight - before
  }
}

function say(box: HTMLElement, text: string, meaning = ''): void {
  if (box.textContent === text && box.title === meaning) return
  box.className = 'tick'
  box.title = meaning
  box.textContent = text
  if (meaning) box.setAttribute('aria-label', `${text} ${meaning}`)
}

function clock(at: string): string {
  const time = new Date(at)
  const today = time.toDateString() === new Date().toDateString()
  return time.toLocaleString([], today ? { hour: '2-digit', minute: '2-digit' } : { dateStyle: 'short', timeStyle: 'short' })
}
