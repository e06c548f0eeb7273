// Where the visitor writes: Enter sends (never while an input method composes), files by button, paste and drag.

import type { Chat } from './chat'
import { h, icon } from './dom'
import type { Words } from './words'

const REST = 4000
const LONGEST = 10_000
const TALLEST = 120

export class Composer {
  readonly box: HTMLElement
  readonly input: HTMLTextAreaElement
  private readonly bar = h('div', { class: 'bar' })
  private readonly error = h('div', { class: 'error', role: 'alert' })
  private readonly attach: HTMLElement
  private rest: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly chat: Chat, private readonly words: Words) {
    this.input = h('textarea', {
      rows: 1, maxlength: LONGEST, placeholder: words.write, 'aria-label': words.write, enterkeyhint: 'send',
      keydown: (event: KeyboardEvent) => this.key(event),
      input: () => this.typed(),
      paste: (event: ClipboardEvent) => this.paste(event),
    }) as HTMLTextAreaElement
    const picker = h('input', { type: 'file', hidden: true, multiple: true, tabindex: -1 }) as HTMLInputElement
    picker.addEventListener('change', () => {
      this.files([...(picker.files ?? [])])
      picker.value = ''
    })
    this.attach = h('button', { type: 'button', 'aria-label': words.attach, title: words.attach, click: () => picker.click() }, icon('attach') as unknown as Node)
    this.box = h('div', {}, this.bar, this.error, h('div', { class: 'foot' }, this.attach, picker, this.input,
      h('button', { class: 'go', type: 'button', 'aria-label': words.send, title: words.send, click: () => this.send() }, icon('send') as unknown as Node)))
  }

  draw(): void {
    this.attach.hidden = !this.chat.config?.upload.max_bytes
  }

  /** Send files one after the other; each becomes a message of its own. */
  files(files: File[]): void {
    void files.reduce((before, file) => before.then(() => this.file(file)), Promise.resolve())
  }

  private async file(file: File): Promise<void> {
    const most = this.chat.config?.upload.max_bytes ?? 0
    if (!most) return
    this.error.textContent = ''
    if (file.size > most) {
      this.error.textContent = this.words.large(Math.round(most / 1024 / 1024))
      return
    }
    try {
      const part = await this.chat.upload(file, (share) => (this.bar.style.width = `${share * 100}%`))
      this.chat.say([part])
    } catch {
      this.error.textContent = `${this.words.uploadFailed}: ${file.name}`
    } finally {
      this.bar.style.width = '0'
    }
  }

  private key(event: KeyboardEvent): void {
    // keyCode 229: Safari ends the composition before it tells of the Enter that ended it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    this.send()
  }

  private send(): void {
    const text = this.input.value.trim()
    if (!text) return
    clearTimeout(this.rest)
    this.input.value = ''
    this.grow()
    this.chat.say([{ type: 'text', body: text }])
    this.input.focus()
  }

  private typed(): void {
    this.grow()
    clearTimeout(this.rest)
    this.chat.types()
    this.rest = setTimeout(() => this.chat.rests(), REST)
  }

  private grow(): void {
    this.input.style.height = 'auto'
    this.input.style.height = `${Math.min(TALLEST, this.input.scrollHeight + 2)}px`
  }

  private paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])]
    if (!files.length) return
    event.preventDefault()
    this.files(files)
  }
}
