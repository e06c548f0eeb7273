// What a page loads: <script async src="https://hub/widget.js" data-key="SITE_KEY"></script> puts the chat on it.
// A page that places <yizhan-chat site-key="..."> itself leaves `data-key` out.

import { YizhanChat } from './element'
import type { Identity } from './protocol'

interface Settings { identity?: Identity; language?: string; theme?: string }

declare global {
  interface Window { yizhanSettings?: Settings }
}

const script = document.currentScript as HTMLScriptElement | null

if (!customElements.get('yizhan-chat')) customElements.define('yizhan-chat', YizhanChat)

function place(key: string, from: HTMLScriptElement): void {
  const settings = window.yizhanSettings ?? {}
  const chat = document.createElement('yizhan-chat') as YizhanChat
  chat.identity = settings.identity
  chat.setAttribute('site-key', key)
  chat.setAttribute('hub', from.dataset.hub ?? new URL(from.src).origin)
  const language = settings.language ?? from.dataset.language
  const theme = settings.theme ?? from.dataset.theme
  if (language) chat.setAttribute('language', language)
  if (theme) chat.setAttribute('theme', theme)
  document.body.append(chat)
}

const key = script?.dataset.key
if (script && key) {
  if (document.body) place(key, script)
  else document.addEventListener('DOMContentLoaded', () => place(key, script))
}
