/** The keys of the inbox: one table for what is pressed, what is shown in the sheet and what is done. */

import { onBeforeUnmount, onMounted } from 'vue'

export interface Shortcut {
  act: Act
  /** `Mod` is Cmd on a Mac and Ctrl elsewhere. */
  keys: string
  group: 'list' | 'conversation' | 'composer' | 'go'
}

export const SHORTCUTS = [
  { act: 'list.next', keys: 'Alt+J', group: 'list' },
  { act: 'list.previous', keys: 'Alt+K', group: 'list' },
  { act: 'list.view', keys: 'Alt+N', group: 'list' },
  { act: 'offer.accept', keys: 'Alt+A', group: 'list' },
  { act: 'offer.decline', keys: 'Alt+D', group: 'list' },
  { act: 'conversation.resolve', keys: 'Alt+E', group: 'conversation' },
  { act: 'conversation.resolve_next', keys: 'Mod+Alt+E', group: 'conversation' },
  { act: 'conversation.take', keys: 'Alt+T', group: 'conversation' },
  { act: 'conversation.transfer', keys: 'Alt+G', group: 'conversation' },
  { act: 'conversation.snooze', keys: 'Alt+M', group: 'conversation' },
  { act: 'conversation.labels', keys: 'Alt+B', group: 'conversation' },
  { act: 'conversation.side', keys: 'Alt+O', group: 'conversation' },
  { act: 'composer.reply', keys: 'Alt+L', group: 'composer' },
  { act: 'composer.note', keys: 'Alt+P', group: 'composer' },
  { act: 'composer.attach', keys: 'Mod+Alt+A', group: 'composer' },
  { act: 'composer.template', keys: 'Alt+R', group: 'composer' },
  { act: 'composer.copies', keys: 'Alt+I', group: 'composer' },
  { act: 'go.inbox', keys: 'Alt+C', group: 'go' },
  { act: 'go.search', keys: 'Alt+V', group: 'go' },
  { act: 'go.supervision', keys: 'Alt+U', group: 'go' },
  { act: 'go.settings', keys: 'Alt+S', group: 'go' },
  { act: 'command.bar', keys: 'Mod+K', group: 'go' },
  { act: 'command.sheet', keys: '?', group: 'go' },
] as const

export type Act =
  | 'list.next' | 'list.previous' | 'list.view' | 'offer.accept' | 'offer.decline'
  | 'conversation.resolve' | 'conversation.resolve_next' | 'conversation.take' | 'conversation.transfer'
  | 'conversation.snooze' | 'conversation.labels' | 'conversation.side'
  | 'composer.reply' | 'composer.note' | 'composer.attach' | 'composer.template' | 'composer.copies'
  | 'go.inbox' | 'go.search' | 'go.supervision' | 'go.settings' | 'command.bar' | 'command.sheet'

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

export function keyNames(keys: string): string[] {
  return keys.split('+').map((key) => (key === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : isMac && key === 'Alt' ? '⌥' : key))
}

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'isComposing'>

/** Letters go by their place on the keyboard: Alt changes what a key types on a Mac. */
export function matches(keys: string, event: Pressed, mac: boolean = isMac): boolean {
  const parts = keys.split('+')
  const last = parts.at(-1) ?? ''
  const mod = mac ? event.metaKey : event.ctrlKey
  const other = mac ? event.ctrlKey : event.metaKey
  if (other || mod !== parts.includes('Mod') || event.altKey !== parts.includes('Alt')) return false
  return /^[A-Z]$/.test(last) ? event.code === `Key${last}` : event.key === last
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Keys without Ctrl, Cmd or Alt belong to the text while somebody writes. */
export function actOf(event: Pressed & { target: EventTarget | null }): Act | null {
  if (event.isComposing) return null
  const found = SHORTCUTS.find((shortcut) => matches(shortcut.keys, event))
  if (!found) return null
  return !found.keys.includes('+') && isTyping(event.target) ? null : found.act
}

/** Binds acts as long as the component is mounted; behind an open dialog only the ways out work. */
export function useShortcuts(acts: Partial<Record<Act, () => void>>): void {
  function pressed(event: KeyboardEvent): void {
    const act = actOf(event)
    const run = act ? acts[act] : undefined
    if (!run || event.defaultPrevented) return
    if (act !== 'command.bar' && document.querySelector('.el-overlay:not([style*="display: none"]) [role=dialog]')) return
    event.preventDefault()
    run()
  }
  onMounted(() => window.addEventListener('keydown', pressed))
  onBeforeUnmount(() => window.removeEventListener('keydown', pressed))
}
