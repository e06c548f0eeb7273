// <yizhan-chat site-key="..." hub="https://..." language="zh" theme="dark">: launcher and window in a shadow root.

import { Chat } from './chat'
import { Composer } from './composer'
import { h, icon } from './dom'
import { form, rating } from './forms'
import { Log } from './log'
import type { Identity, Message, Standing } from './protocol'
import { STYLE } from './style'
import { isChinese, words, type Words } from './words'

const TYPING = 6000

export class YizhanChat extends HTMLElement {
  static observedAttributes = ['language']
  identity: Identity | undefined
  private chat: Chat | null = null
  private readonly root = this.attachShadow({ mode: 'open' })
  private words: Words = words('zh')
  private log!: Log
  private composer!: Composer
  private parts!: Record<'launch' | 'badge' | 'panel' | 'title' | 'state' | 'note' | 'ask' | 'extra' | 'typing' | 'end' | 'live', HTMLElement>
  private timer: ReturnType<typeof setTimeout> | undefined
  private extra = ''
  private putOff = ''
  private queued = false

  connectedCallback(): void {
    if (this.chat) return
    const hub = (this.getAttribute('hub') ?? location.origin).replace(/\/$/, '')
    this.chat = new Chat({
      hub, key: this.getAttribute('site-key') ?? '', language: this.language, identity: this.identity,
      changed: () => this.later(), typing: (on) => this.types(on), arrived: (message) => this.arrived(message),
    })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    this.root.adoptedStyleSheets = [sheet]
    window.addEventListener('online', this.hurry)
    document.addEventListener('visibilitychange', this.hurry)
    void this.chat.look().then(() => this.begin(), () => setTimeout(() => this.retry(), 5000))
  }

  disconnectedCallback(): void {
    window.removeEventListener('online', this.hurry)
    document.removeEventListener('visibilitychange', this.hurry)
    this.chat?.link.stop()
    this.chat = null
  }

  attributeChangedCallback(): void {
    if (this.parts) this.build()
  }

  get opened(): boolean {
    return this.hasAttribute('open')
  }

  open(): void {
    if (!this.parts || this.opened) return
    this.setAttribute('open', '')
    if (this.chat && !this.chat.link.isUp) void this.chat.start()
    this.draw()
    this.log.bottom()
    this.focusIn()
  }

  close(): void {
    if (!this.opened) return
    this.removeAttribute('open')
    this.draw()
    this.parts.launch.focus()
  }

  /** Tell who the visitor is; `hmac` comes from the page's own server. */
  identify(identity: Identity): void {
    this.identity = identity
    this.disconnectedCallback()
    this.connectedCallback()
  }

  /** Forget who was here. */
  forget(): void {
    this.identity = undefined
    this.chat?.forget()
    this.close()
  }

  private get language(): string {
    return this.getAttribute('language') || document.documentElement.lang || navigator.language || 'zh'
  }

  private readonly hurry = (): void => {
    if (document.visibilityState !== 'visible') return
    this.chat?.link.hurry()
    this.later()
  }

  private retry(): void {
    if (this.chat && !this.chat.config) void this.chat.look().then(() => this.begin(), () => setTimeout(() => this.retry(), 30_000))
  }

  private begin(): void {
    if (!this.chat) return
    this.build()
    if (this.chat.known || this.opened) void this.chat.start()
  }

  private build(): void {
    const chat = this.chat
    if (!chat?.config) return
    const t = (this.words = words(this.language))
    const draft = this.parts ? this.composer.input.value : ''
    this.style.setProperty('--c', chat.config.colour)
    this.log = new Log({ chat, words: t, say: (text) => this.reply(text), show: (src, name) => this.show(src, name) })
    this.composer = new Composer(chat, t)
    this.composer.input.value = draft
    const badge = h('span', { class: 'badge', hidden: true })
    const launch = h('button', { class: 'launch', type: 'button', 'aria-controls': 'panel', click: () => (this.opened ? this.close() : this.open()) }, icon('chat') as unknown as Node, badge)
    const title = h('h2', {}, chat.config.title || t.title)
    const state = h('p', { role: 'status' })
    const end = h('button', { class: 'end', type: 'button', click: () => this.askEnd() }, t.end)
    const note = h('div', { class: 'note', hidden: true })
    const ask = h('div', { class: 'note ask', hidden: true, role: 'alertdialog' })
    const extra = h('div', {})
    const typing = h('div', { class: 'typing', 'aria-live': 'off' })
    const live = h('div', { class: 'sr', role: 'status' })
    const panel = h('section', {
      class: 'panel', id: 'panel', role: 'dialog', 'aria-label': chat.config.title || t.title,
      keydown: (event: KeyboardEvent) => this.keys(event), dragover: (event: DragEvent) => this.drag(event, true),
      dragleave: (event: DragEvent) => this.drag(event, false), drop: (event: DragEvent) => this.dropped(event),
    },
    h('header', {}, h('div', {}, title, state), end,
      h('button', { type: 'button', 'aria-label': t.close, title: t.close, click: () => this.close() }, icon('close') as unknown as Node)),
    note, ask, this.log.box, typing, extra, this.composer.box)
    this.parts = { launch, badge, panel, title, state, note, ask, extra, typing, end, live }
    this.extra = ''
    const box = h('div', { lang: isChinese(this.language) ? 'zh-CN' : 'en' }, panel, launch, live)
    this.root.replaceChildren(box)
    this.draw()
  }

  /** Draw once for all that changes in one turn of the loop. */
  private later(): void {
    if (this.queued || !this.parts) return
    this.queued = true
    queueMicrotask(() => {
      this.queued = false
      this.draw()
    })
  }

  private draw(): void {
    const chat = this.chat
    if (!chat?.config || !this.parts) return
    const { launch, badge, panel, state, note, end } = this.parts
    const { standing } = chat.thread
    panel.hidden = !this.opened
    launch.setAttribute('aria-expanded', String(this.opened))
    const unread = this.opened ? 0 : chat.unread
    launch.setAttribute('aria-label', unread ? `${this.words.open} (${this.words.fresh(unread)})` : this.words.open)
    badge.hidden = unread === 0
    badge.textContent = unread > 99 ? '99+' : String(unread)
    say(state, this.stateLine())
    say(note, this.notice())
    note.hidden = !note.textContent
    end.hidden = !['bot', 'waiting', 'agent'].includes(standing.state)
    this.log.draw(chat.config.greeting)
    this.drawExtra()
    this.composer.draw()
    if (this.opened && document.visibilityState === 'visible') chat.seen()
  }

  private stateLine(): string {
    const { thread, config, link, trouble } = this.chat as Chat
    const { standing } = thread
    if (trouble === 'refused') return this.words.refused
    if (!link.isUp) return this.words.offline
    if (standing.state === 'agent') return standing.agent || this.words.agent
    if (standing.state === 'waiting') return this.queueLine(standing)
    if (standing.state === 'bot') return config?.bot_name || this.words.bot
    return standing.state === 'closed' ? this.words.closed : this.words.online
  }

  private queueLine(standing: Standing): string {
    if (!standing.queue_position) return this.words.waiting
    const wait = standing.wait_high ? this.words.wait(standing.wait_low ?? 0, standing.wait_high) : ''
    return this.words.queue(standing.queue_position) + wait
  }

  private notice(): string {
    const { config, outbox, link, trouble } = this.chat as Chat
    if (trouble === 'later' || (!link.isUp && outbox.all.length)) return this.words.gone
    if (!config || config.hours.open) return ''
    if (config.offline) return config.offline
    const next = config.hours.next_open_at
    const when = next && new Date(next).toLocaleString(isChinese(this.language) ? 'zh-CN' : 'en', { dateStyle: 'medium', timeStyle: 'short' })
    return when ? this.words.after(when) : this.words.away
  }

  /** The form before the chat, or the stars after it, in the composer's place. */
  private drawExtra(): void {
    const chat = this.chat as Chat
    const { standing, conversation } = chat.thread
    const asksForm = chat.config?.pre_chat.length && !chat.filled && !conversation && !chat.outbox.all.length && standing.state === 'new'
    const asksStars = standing.rate && this.putOff !== conversation
    const wanted = asksForm ? 'form' : asksStars ? 'rate' : ''
    if (wanted === this.extra) return
    this.extra = wanted
    this.composer.box.hidden = wanted !== ''
    if (wanted === 'form') {
      this.parts.extra.replaceChildren(form(this.words, chat.config?.pre_chat ?? [], this.words.begin, (answers) => {
        chat.fill('pre_chat', answers)
        this.focusIn()
      }))
    } else if (wanted === 'rate') {
      const over = (): void => {
        this.putOff = conversation
        this.later()
      }
      this.parts.extra.replaceChildren(rating(this.words, (stars, comment) => {
        chat.rate(stars, comment)
        this.parts.live.textContent = this.words.thanks
        over()
      }, over))
    } else this.parts.extra.replaceChildren()
  }

  private askEnd(): void {
    const { ask } = this.parts
    const away = (): void => {
      ask.hidden = true
      this.focusIn()
    }
    const yes = h('button', { class: 'primary', type: 'button', click: () => { this.chat?.end(); away() } }, this.words.yes)
    ask.setAttribute('aria-label', this.words.endSure)
    ask.replaceChildren(h('span', {}, this.words.endSure), yes, h('button', { class: 'plain', type: 'button', click: away }, this.words.no))
    ask.hidden = false
    yes.focus()
  }

  private types(on: boolean): void {
    if (!this.parts) return
    clearTimeout(this.timer)
    say(this.parts.typing, on ? this.words.typing : '')
    if (on) this.timer = setTimeout(() => this.types(false), TYPING)
  }

  private arrived(message: Message): void {
    if (message.from !== 'me') this.types(false)
    this.dispatchEvent(new CustomEvent('message', { detail: { from: message.from, seq: message.seq } }))
  }

  private show(src: string, name: string): void {
    const before = this.root.activeElement as HTMLElement | null
    const away = (): void => {
      view.remove()
      before?.focus()
    }
    const shut = h('button', { type: 'button', 'aria-label': this.words.close, click: away }, icon('close') as unknown as Node)
    const keys = (event: KeyboardEvent): void => {
      if (event.key === 'Tab') event.preventDefault()
      if (event.key !== 'Escape') return
      event.stopPropagation()
      away()
    }
    const view = h('div', { class: 'view', role: 'dialog', 'aria-modal': 'true', 'aria-label': name, keydown: keys, click: away }, h('img', { src, alt: name }), shut)
    this.parts.panel.append(view)
    shut.focus()
  }

  private keys(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.isComposing) return
    event.stopPropagation()
    this.close()
  }

  private drag(event: DragEvent, over: boolean): void {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    this.parts.panel.classList.toggle('drop', over)
  }

  private dropped(event: DragEvent): void {
    this.drag(event, false)
    if (this.extra === '') this.composer.files([...(event.dataTransfer?.files ?? [])])
  }

  /** A quick reply goes away with its click; the keyboard stays where the next words are written. */
  private reply(text: string): void {
    this.chat?.say([{ type: 'text', body: text }])
    this.composer.input.focus()
  }

  private focusIn(): void {
    const target = this.parts.extra.querySelector<HTMLElement>('input,select,button') ?? this.composer.input
    queueMicrotask(() => target.isConnected && target.focus())
  }
}

function say(box: HTMLElement, text: string): void {
  if (box.textContent !== text) box.textContent = text
}
