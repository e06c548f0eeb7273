/** A colleague answered while one was writing: found at once when it is told, and by the hub's 409 when it was not. */

import { computed, type Ref } from 'vue'

import type { Message } from '@/api/types'
import type { Thread } from '@/live/thread'

/** The newest answer by another colleague after `base`. Pure. */
export function answerAfter(thread: Pick<Thread, 'messages'>, base: number, me: string): Message | null {
  for (let index = thread.messages.length - 1; index >= 0; index -= 1) {
    const message = thread.messages[index]
    if (!message || message.seq <= base) return null
    if (message.direction === 'out' && message.author.kind === 'agent' && message.author.id !== me) return message
  }
  return null
}

export function useCollision(thread: Ref<Thread>, base: Ref<number>, me: Ref<string>, writing: Ref<boolean>) {
  return computed(() => (writing.value ? answerAfter(thread.value, base.value, me.value) : null))
}
