/** The one live connection of the page, and where each frame goes. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import type { ClientFrame, ServerFrame } from '@/live/frames'
import { Live, type LiveState } from '@/live/socket'

import { useAlerts } from './alerts'
import { useInbox } from './inbox'
import { usePresence } from './presence'
import { useSession } from './session'
import { useThread } from './thread'

const HINTS = new Set<ServerFrame['type']>(['conversation', 'gone', 'presence', 'counts'])

function liveAddress(): string {
  const { protocol, host } = window.location
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/live`
}

export const useLive = defineStore('live', () => {
  const state = ref<LiveState>('closed')
  const retryAt = ref<number | null>(null)
  const wasOpen = ref(false)
  /** Counts what was told of conversations and colleagues: who shows a picture of them reads it again. */
  const changes = ref(0)

  const inbox = useInbox()
  const thread = useThread()
  const presence = usePresence()
  const session = useSession()
  const alerts = useAlerts()

  function frame(told: ServerFrame): void {
    if (HINTS.has(told.type)) changes.value += 1
    switch (told.type) {
      case 'conversation':
        alerts.rowChanged(inbox.rows[told.row.id], told.row)
        return inbox.take([told.row])
      case 'message':
        alerts.said(told.conversation, told.message)
        return thread.heard(told.conversation, told.message)
      case 'gone':
        return inbox.drop(told.conversation)
      case 'presence':
        return presence.heard({ user: told.user, status: told.status, load: told.load, capacity: told.capacity }, told.set_by)
      case 'viewing':
        if (thread.isOpen(told.conversation)) thread.viewers = told.users
        return
      case 'typing':
        return typed(told)
      case 'counts':
        return inbox.counted(told.views)
      case 'offer':
        return alerts.offered(told.conversation)
    }
  }

  function typed(told: Extract<ServerFrame, { type: 'typing' }>): void {
    if (!thread.isOpen(told.conversation)) return
    if (told.who === 'customer') return thread.typing(told.on, told.text ?? '')
    thread.viewers = thread.viewers.map((viewer) => (viewer.id === told.who ? { ...viewer, typing: told.on } : viewer))
  }

  async function refetch(): Promise<void> {
    changes.value += 1
    await Promise.allSettled([inbox.refetch(), thread.fetch(), presence.fetch()])
  }

  const live = new Live(
    {
      frame,
      refetch: () => void refetch(),
      state: (now, at) => {
        state.value = now
        retryAt.value = at
        if (now === 'open') wasOpen.value = true
      },
      over: () => session.leave(),
    },
    () => new WebSocket(liveAddress()),
  )

  function start(): void {
    live.start()
    window.addEventListener('online', hurry)
    document.addEventListener('visibilitychange', looked)
  }

  function stop(): void {
    window.removeEventListener('online', hurry)
    document.removeEventListener('visibilitychange', looked)
    live.stop()
  }

  function hurry(): void {
    live.hurry()
  }

  function looked(): void {
    if (document.visibilityState === 'visible') live.hurry()
  }

  function send(told: ClientFrame): void {
    live.send(told)
  }

  return { state, retryAt, wasOpen, changes, start, stop, hurry, send }
})
