// How one message looks. Pictures are fetched with the visitor's token, so no address of one works elsewhere.

import type { Chat } from './chat'
import { h, linked, link, webAddress } from './dom'
import type { Media, Message, Part } from './protocol'
import type { Words } from './words'

export interface Hand {
  chat: Chat
  words: Words
  say(text: string): void
  show(address: string, name: string): void
}

const shown = new Map<string, Promise<string>>()

export function row(hand: Hand, by: string, name: string, parts: Part[], state: Node | null): HTMLElement {
  const { words } = hand
  const who = by === 'me' ? words.me : name || words[by as 'agent' | 'bot' | 'system']
  const named = by === 'me' || by === 'system' ? h('span', { class: 'sr' }, `${who}: `) : h('span', { class: 'who' }, who)
  return h('div', { class: `row ${by}` }, named, ...parts.map((part) => bubble(hand, part)), state)
}

/** Nothing to be seen in it: a message whose parts are all signs for the program. */
export function isSilent(message: Message): boolean {
  return message.parts.every((part) => part.type === 'notice')
}

export function choicesOf(message: Message | undefined): Extract<Part, { type: 'choices' }> | undefined {
  return message?.parts.find((part) => part.type === 'choices')
}

export function choiceButtons(hand: Hand, part: Extract<Part, { type: 'choices' }>): HTMLElement {
  return h('div', { class: 'choices' }, ...part.choices.map((choice) =>
    h('button', { type: 'button', click: () => hand.say(choice.label) }, choice.label)))
}

function bubble(hand: Hand, part: Part): HTMLElement | null {
  switch (part.type) {
    case 'text':
    case 'choices':
      return h('div', { class: 'bubble' }, ...linked(part.body))
    case 'image':
      return picture(hand, part)
    case 'audio':
    case 'video':
    case 'file':
      return h('button', { class: 'bubble', type: 'button', click: () => void save(hand, part) },
        `${part.name} · ${size(part.size)} · ${hand.words.save}`)
    case 'location':
      return h('div', { class: 'bubble' },
        `${hand.words.location}: ${part.label || `${part.latitude}, ${part.longitude}`}`)
    case 'card':
      return card(part)
    case 'form':
      return part.answers && Object.keys(part.answers).length
        ? h('div', { class: 'bubble' }, `${hand.words.filled}: ${Object.values(part.answers).join(' · ')}`)
        : null
    default:
      return null
  }
}

function card(part: Extract<Part, { type: 'card' }>): HTMLElement {
  const href = webAddress(part.url)
  const text = part.text ? `\n${part.text}` : ''
  return h('div', { class: 'bubble' }, href ? link(href, part.title || part.url) : part.title, text)
}

function picture(hand: Hand, part: Media): HTMLElement {
  const scale = Math.min(1, 240 / (part.width || 240), 260 / (part.height || 260))
  const image = h('img', {
    alt: part.name, width: part.width && Math.round(part.width * scale), height: part.height && Math.round(part.height * scale),
  }) as HTMLImageElement
  const box = h('button', { class: 'bubble picture', type: 'button', 'aria-label': `${hand.words.image}: ${part.name}` }, image)
  void address(hand.chat, part).then((found) => {
    image.src = found
    box.addEventListener('click', () => hand.show(found, part.name))
  }, () => box.replaceChildren(`[${part.name}]`))
  return box
}

function address(chat: Chat, part: Media): Promise<string> {
  const known = shown.get(part.blob)
  if (known) return known
  const found = chat.file(part)
  shown.set(part.blob, found)
  found.catch(() => shown.delete(part.blob))
  return found
}

async function save(hand: Hand, part: Media): Promise<void> {
  const found = await address(hand.chat, part)
  const away = h('a', { href: found, download: part.name })
  away.click()
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
