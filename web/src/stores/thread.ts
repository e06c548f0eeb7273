/** The open conversation: who it is, what was said, who else is here. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { conversations, type Sending } from '@/api/conversations'
import { Problem } from '@/api/problem'
import type { ConversationView, Message, Profile } from '@/api/types'
import type { Viewer } from '@/live/frames'
import {
  emptyThread, gapAfter, loaded, newestSeq, oldestSeq, prepended, sendFailed, sending, told, withdrawn,
} from '@/live/thread'
import type { Pending, Thread } from '@/live/thread'

import { useInbox } from './inbox'

const PAGE = 50

export const useThread = defineStore('thread', () => {
  const inbox = useInbox()
  const id = ref<string | null>(null)
  const view = shallowRef<ConversationView | null>(null)
  const thread = shallowRef<Thread>(emptyThread(''))
  const viewers = ref<Viewer[]>([])
  const customerTyping = ref<string | null>(null)
  const state = ref<'idle' | 'loading' | 'ready' | 'failed'>('idle')
  const problem = ref<unknown>(null)
  const fetchingOlder = ref(false)
  let filling = false
  /** Own messages that are not confirmed, of conversations that are not open. */
  const kept = new Map<string, readonly Pending[]>()
  let typingOver: ReturnType<typeof setTimeout> | undefined

  const row = computed(() => (id.value ? (inbox.rows[id.value] ?? null) : null))
  const newest = computed(() => newestSeq(thread.value))

  function isOpen(conversation: string): boolean {
    return id.value === conversation
  }

  async function open(conversation: string): Promise<void> {
    close()
    id.value = conversation
    thread.value = { ...emptyThread(conversation), pending: kept.get(conversation) ?? [] }
    kept.delete(conversation)
    state.value = 'loading'
    await fetch()
  }

  /** The conversation and its latest page; also after a hole in the stream. */
  async function fetch(): Promise<void> {
    const wanted = id.value
    if (!wanted) return
    try {
      const [head, page] = await Promise.all([conversations.get(wanted), conversations.messages(wanted, { limit: PAGE })])
      if (!isOpen(wanted)) return
      view.value = head
      viewers.value = head.viewers ?? []
      inbox.take([{ ...head.conversation, ...(head.read_seq === undefined ? {} : { read_seq: head.read_seq }) }])
      thread.value = loaded(thread.value, page.items, page.items.length >= PAGE)
      state.value = 'ready'
      problem.value = null
      void fill()
    } catch (error) {
      if (!isOpen(wanted)) return
      problem.value = error
      if (state.value !== 'ready') state.value = 'failed'
    }
  }

  async function older(): Promise<void> {
    const wanted = id.value
    if (!wanted || fetchingOlder.value || !thread.value.older || state.value !== 'ready') return
    fetchingOlder.value = true
    try {
      const page = await conversations.messages(wanted, { before: oldestSeq(thread.value), limit: PAGE })
      if (isOpen(wanted)) thread.value = prepended(thread.value, page.items, page.items.length >= PAGE)
    } catch (error) {
      problem.value = error
    } finally {
      fetchingOlder.value = false
    }
  }

  /** Asks for exactly what is missing. */
  async function fill(): Promise<void> {
    if (filling) return
    filling = true
    try {
      for (let after = gapAfter(thread.value); after !== null && id.value; after = gapAfter(thread.value)) {
        const wanted = id.value
        const page = await conversations.messages(wanted, { after, limit: PAGE })
        if (!isOpen(wanted)) break
        thread.value = told(thread.value, page.items)
        if (page.items.length === 0) break
      }
    } catch {
      // The next frame or the next connection asks again.
    } finally {
      filling = false
    }
  }

  function heard(conversation: string, message: Message): void {
    if (!isOpen(conversation)) return
    thread.value = told(thread.value, [message])
    if (message.direction === 'in') customerTyping.value = null
    void fill()
  }

  function typing(on: boolean, text: string): void {
    clearTimeout(typingOver)
    customerTyping.value = on ? text : null
    if (on) typingOver = setTimeout(() => void (customerTyping.value = null), 8000)
  }

  /** Sends once under one name, however often it is tried. Answers whether a colleague was quicker. */
  async function send(item: Pending): Promise<'sent' | 'collided' | 'failed'> {
    const wanted = id.value
    if (!wanted) return 'failed'
    thread.value = sending(thread.value, { ...item, state: 'sending' })
    const body: Sending = {
      client_id: item.client_id, parts: item.parts, seen_seq: item.seen_seq, note: item.note, mentions: item.mentions, reply_to: '',
      ...(item.mail ?? { subject: '', cc: [], bcc: [] }),
    }
    try {
      const message = await conversations.send(wanted, body)
      if (isOpen(wanted)) heard(wanted, message)
      else settle(wanted, item.client_id, null)
      return 'sent'
    } catch (error) {
      const collided = error instanceof Problem && error.code === 'colleague_answered'
      const why = error instanceof Problem ? error.code || String(error.status) : 'unexpected'
      const state = collided ? 'collided' : 'failed'
      if (isOpen(wanted)) thread.value = sendFailed(thread.value, item.client_id, state, why)
      else settle(wanted, item.client_id, { ...item, state, problem: why })
      return collided ? 'collided' : 'failed'
    }
  }

  /** What came of a send after its conversation was left. */
  function settle(conversation: string, clientId: string, item: Pending | null): void {
    const others = (kept.get(conversation) ?? []).filter((held) => held.client_id !== clientId)
    kept.set(conversation, item ? [...others, item] : others)
  }

  function withdraw(clientId: string): void {
    thread.value = withdrawn(thread.value, clientId)
  }

  async function retry(seq: number): Promise<void> {
    if (id.value) heard(id.value, await conversations.retry(id.value, seq))
  }

  async function read(): Promise<void> {
    const wanted = id.value
    const seq = newest.value
    if (!wanted || seq === 0 || (row.value?.read_seq ?? 0) >= seq) return
    inbox.readTo(wanted, seq)
    await conversations.read(wanted, seq).catch(() => undefined)
  }

  function profileChanged(profile: Profile): void {
    if (view.value) view.value = { ...view.value, profile }
  }

  function close(): void {
    if (id.value && thread.value.pending.length) kept.set(id.value, thread.value.pending)
    id.value = null
    view.value = null
    viewers.value = []
    customerTyping.value = null
    state.value = 'idle'
    problem.value = null
  }

  return {
    id, view, row, thread, viewers, customerTyping, state, problem, fetchingOlder, newest,
    open, fetch, older, heard, typing, send, withdraw, retry, read, profileChanged, close, isOpen,
  }
})
