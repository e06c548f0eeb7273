/** When to make a sound or show a desktop notification: an offer, and a customer's words that nobody looks at. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import type { Message, Row } from '@/api/types'
import { say } from '@/i18n'
import { customerName } from '@/inbox/names'
import { isNotice } from '@/inbox/thread/entries'
import { router } from '@/router'
import { sayWarning } from '@/shell/say'
import { beep } from '@/sound/beep'

import { useInbox } from './inbox'
import { usePreferences } from './preferences'
import { useSession } from './session'
import { useThread } from './thread'
import { useWhispers } from './whispers'

const TOGETHER = 1500

export const useAlerts = defineStore('alerts', () => {
  const preferences = usePreferences()
  const session = useSession()
  const inbox = useInbox()
  const thread = useThread()
  const offeredNow = ref<string | null>(null)

  function ring(high: boolean): void {
    if (preferences.now.sound) beep(high)
  }

  function notify(title: string, body: string, conversation: string, view: string): void {
    if (!preferences.now.notifications || typeof Notification === 'undefined') return
    if (Notification.permission !== 'granted' || document.visibilityState === 'visible') return
    const shown = new Notification(title, { body, tag: conversation })
    shown.onclick = () => {
      window.focus()
      void router.push({ name: 'inbox', params: { view, conversation } })
      shown.close()
    }
  }

  function offered(conversation: string): void {
    if (offeredNow.value === conversation) return
    offeredNow.value = conversation
    ring(true)
    const row = inbox.rows[conversation]
    notify(say('alert.offer'), row?.name ?? '', conversation, 'offered')
  }

  function rowChanged(before: Row | undefined, after: Row): void {
    const me = session.user?.id
    if (offeredNow.value === after.id && after.offered_to !== me) offeredNow.value = null
    if (!before || after.agent !== me || after.state !== 'agent') return
    if (after.last?.author !== 'customer' || (after.customer_seq ?? 0) <= (before.customer_seq ?? 0)) return
    if (thread.isOpen(after.id) && document.visibilityState === 'visible') return
    ring(false)
    notify(after.name || say('customer.nameless'), after.last.text, after.id, 'mine')
  }

  /** Conversations that others took within a moment are one sentence, not a wall of them. */
  const lost: { by: string; name: string }[] = []

  function tellLost(): void {
    const [first] = lost
    if (!first) return
    const facts = { by: first.by, name: first.name, n: lost.length }
    sayWarning(lost.length === 1 ? say('alert.lost', facts) : say('alert.lost_many', facts))
    lost.length = 0
  }

  function nameOf(conversation: string): string {
    const row = inbox.rows[conversation]
    return row ? customerName(row) : say('customer.nameless')
  }

  function said(conversation: string, message: Message): void {
    const me = session.user?.id
    if (message.direction !== 'note' || !me || !(message.mentions ?? []).includes(me) || message.author.id === me) return
    const by = message.author.name ?? ''
    if (message.kind === 'whisper') {
      ring(true)
      notify(say('alert.whisper', { name: by }), '', conversation, 'mine')
      return useWhispers().heard(conversation, message)
    }
    const told = message.parts[0]
    if (told?.type === 'notice' && told.code === 'escalated') {
      ring(true)
      return notify(say(told.facts.on === 'warning' ? 'due.on.warning' : 'due.on.breach'), nameOf(conversation), conversation, 'mentions')
    }
    if (isNotice(message)) {
      if (lost.push({ by, name: nameOf(conversation) }) === 1) setTimeout(tellLost, TOGETHER)
      return
    }
    ring(false)
    notify(say('alert.mention', { name: message.author.name ?? '' }), '', conversation, 'mentions')
  }

  return { offered, rowChanged, said }
})
