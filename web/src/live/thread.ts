/** The messages of one open conversation: a window without holes, and how every arrival changes it. Pure. */

import type { Message, SaidPart, Status } from '@/api/types'

/** What stands on the outside of a mail; an empty subject keeps the thread's. */
export interface MailHead {
  subject: string
  cc: string[]
  bcc: string[]
}

export interface Pending {
  client_id: string
  parts: SaidPart[]
  mail?: MailHead
  note: boolean
  mentions: string[]
  seen_seq: number
  at: string
  state: 'sending' | 'failed' | 'collided'
  problem?: string
}

export interface Thread {
  conversation: string
  /** Ascending by seq, without holes. */
  messages: readonly Message[]
  /** Arrived before what lies between; kept until the hole is filled. */
  ahead: readonly Message[]
  /** Whether older ones may be fetched. */
  older: boolean
  pending: readonly Pending[]
}

const RANK: Record<Status, number> = { queued: 0, unknown: 1, sent: 2, failed: 2, delivered: 3, read: 4 }

export function emptyThread(conversation: string): Thread {
  return { conversation, messages: [], ahead: [], older: true, pending: [] }
}

/** The newer of two states of one message: by version, and by status when a row carries no version. */
export function newer(held: Message, told: Message): Message {
  if (told.version !== held.version) return told.version > held.version ? told : held
  return RANK[told.status ?? 'sent'] > RANK[held.status ?? 'sent'] ? told : held
}

export function newestSeq(thread: Thread): number {
  return thread.messages.at(-1)?.seq ?? 0
}

export function oldestSeq(thread: Thread): number {
  return thread.messages[0]?.seq ?? 0
}

/** The seq after which something is missing, or null. */
export function gapAfter(thread: Thread): number | null {
  return thread.ahead.length > 0 && thread.messages.length > 0 ? newestSeq(thread) : null
}

/** The latest page replaces the window, but never with an older state of a message. */
export function loaded(thread: Thread, page: readonly Message[], full: boolean): Thread {
  const held = new Map(thread.messages.map((message) => [message.seq, message]))
  const fresh = sorted(page).map((message) => {
    const before = held.get(message.seq)
    return before ? newer(before, message) : message
  })
  const base: Thread = { ...thread, messages: fresh, ahead: [], older: full && (fresh[0]?.seq ?? 1) > 1 }
  const later = [...thread.messages, ...thread.ahead].filter((message) => message.seq > (fresh.at(-1)?.seq ?? 0))
  return echoed(later.reduce(place, base))
}

/** Older ones, put before the window. */
export function prepended(thread: Thread, page: readonly Message[], full: boolean): Thread {
  const first = oldestSeq(thread) || Number.POSITIVE_INFINITY
  const before = sorted(page).filter((message) => message.seq < first)
  const oldest = before[0]?.seq ?? first
  return { ...thread, messages: [...before, ...thread.messages], older: full && oldest > 1 }
}

/** Messages that were told or fetched, in any order, any number of times. */
export function told(thread: Thread, messages: readonly Message[]): Thread {
  return echoed(messages.reduce(place, thread))
}

function place(thread: Thread, message: Message): Thread {
  const newest = newestSeq(thread)
  const index = thread.messages.findIndex((held) => held.seq === message.seq)
  if (index >= 0) return replaced(thread, index, message)
  if (thread.messages.length === 0 || message.seq === newest + 1) return joined(thread, message)
  if (message.seq < newest) return thread
  return { ...thread, ahead: sorted([...thread.ahead.filter((held) => held.seq !== message.seq), message]) }
}

function replaced(thread: Thread, index: number, message: Message): Thread {
  const held = thread.messages[index]
  if (!held) return thread
  const winner = newer(held, message)
  return winner === held ? thread : { ...thread, messages: thread.messages.with(index, winner) }
}

/** Puts the next one at the end, and whatever waited for it behind. */
function joined(thread: Thread, message: Message): Thread {
  const messages = [...thread.messages, message]
  const ahead = thread.ahead.filter((held) => held.seq > message.seq)
  while (ahead[0] && ahead[0].seq === (messages.at(-1)?.seq ?? 0) + 1) messages.push(ahead.shift() as Message)
  return { ...thread, messages, ahead }
}

/** An own message that came back is no longer pending: the echo and the bubble are one. */
function echoed(thread: Thread): Thread {
  if (thread.pending.length === 0) return thread
  const back = new Set([...thread.messages, ...thread.ahead].map((message) => message.client_id).filter(Boolean))
  const pending = thread.pending.filter((item) => !back.has(item.client_id))
  return pending.length === thread.pending.length ? thread : { ...thread, pending }
}

export function sending(thread: Thread, item: Pending): Thread {
  const others = thread.pending.filter((held) => held.client_id !== item.client_id)
  return echoed({ ...thread, pending: [...others, item] })
}

export function sendFailed(thread: Thread, clientId: string, state: 'failed' | 'collided', problem: string): Thread {
  const pending = thread.pending.map((item) => (item.client_id === clientId ? { ...item, state, problem } : item))
  return { ...thread, pending }
}

export function withdrawn(thread: Thread, clientId: string): Thread {
  return { ...thread, pending: thread.pending.filter((item) => item.client_id !== clientId) }
}

function sorted(messages: readonly Message[]): Message[] {
  return [...messages].sort((a, b) => a.seq - b.seq)
}
