/** What stands in a thread, from top to bottom: days, notices, messages in groups, where reading stopped. Pure. */

import type { Message } from '@/api/types'
import type { Pending, Thread } from '@/live/thread'

import { bare } from './envelope'

export type Entry =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string }
  | { kind: 'notice'; key: string; message: Message }
  | { kind: 'message'; key: string; message: Message; follows: boolean; subject: string }
  | { kind: 'pending'; key: string; item: Pending }

const TOGETHER = 3 * 60_000

/** What happened, as one line; what a customer sent stays a message, whatever it is made of. */
export function isNotice(message: Message): boolean {
  return message.direction !== 'in' && message.parts.length > 0 && message.parts.every((part) => part.type === 'notice')
}

/** Written by the same hand, soon after, in the same voice: the name need not stand there again. */
export function follows(before: Message | undefined, message: Message): boolean {
  if (!before || isNotice(before)) return false
  return (
    before.author.kind === message.author.kind &&
    (before.author.id ?? '') === (message.author.id ?? '') &&
    before.direction === message.direction &&
    before.kind === message.kind &&
    Date.parse(message.at) - Date.parse(before.at) < TOGETHER
  )
}

/** `readTo` is how far this user had read when the thread was opened; null shows no line. */
export function entries(thread: Thread, dayOf: (at: string) => string, readTo: number | null): Entry[] {
  const result: Entry[] = []
  let before: Message | undefined
  let line = readTo === null
  let under = ''
  for (const message of thread.messages) {
    const newDay = !before || dayOf(before.at) !== dayOf(message.at)
    if (newDay) result.push({ kind: 'day', key: `day ${dayOf(message.at)}`, at: message.at })
    const firstUnread = !line && message.seq > (readTo ?? 0) && message.direction === 'in'
    if (firstUnread) {
      line = true
      if (before) result.push({ kind: 'unread', key: 'unread' })
    }
    const key = `m${message.seq}`
    if (isNotice(message)) result.push({ kind: 'notice', key, message })
    else {
      const subject = message.subject && bare(message.subject) !== under ? message.subject : ''
      if (message.subject) under = bare(message.subject)
      result.push({ kind: 'message', key, message, follows: !newDay && !firstUnread && follows(before, message), subject })
    }
    before = message
  }
  for (const item of thread.pending) result.push({ kind: 'pending', key: `p${item.client_id}`, item })
  return result
}
