/** What is being written, per conversation: here at once, on the hub a moment later, so that no machine loses it. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import { conversations } from '@/api/conversations'
import type { Draft } from '@/api/types'

export type Tab = 'reply' | 'note'

export interface Writing {
  tab: Tab
  reply: string
  note: string
  /** The newest message that was there when the writing began. */
  base: number
}

const PAUSE = 700

export const useDrafts = defineStore('drafts', () => {
  const writings = ref<Record<string, Writing>>({})
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const saved = new Map<string, string>()
  /** Saves of one conversation go out one after the other, so that an older text never comes last. */
  const lines = new Map<string, Promise<unknown>>()

  function of(conversation: string): Writing {
    // Read back through the ref: what an assignment returns is not watched.
    writings.value[conversation] ??= { tab: 'reply', reply: '', note: '', base: 0 }
    return writings.value[conversation] as Writing
  }

  /** The hub's copy, unless something was written here since. */
  function restore(conversation: string, draft: Draft | null | undefined): void {
    const writing = of(conversation)
    if (!draft || writing.reply || writing.note) return
    const tab: Tab = draft.note ? 'note' : 'reply'
    writing.tab = tab
    writing[tab] = draft.text
    writing.base = draft.base_seq ?? 0
    saved.set(conversation, key(writing))
  }

  const key = (writing: Writing) => `${writing.tab}\n${writing[writing.tab]}`

  function changed(conversation: string): void {
    clearTimeout(timers.get(conversation))
    timers.set(conversation, setTimeout(() => void save(conversation), PAUSE))
  }

  function save(conversation: string): Promise<unknown> {
    clearTimeout(timers.get(conversation))
    timers.delete(conversation)
    const line = (lines.get(conversation) ?? Promise.resolve()).then(async () => {
      const writing = of(conversation)
      const now = key(writing)
      if ((saved.get(conversation) ?? 'reply\n') === now) return
      const body = { text: writing[writing.tab], note: writing.tab === 'note', base_seq: writing.base }
      await conversations.draft(conversation, body).then(
        () => saved.set(conversation, now),
        () => changed(conversation),
      )
    })
    lines.set(conversation, line)
    return line
  }

  /** Everything that waits goes out now: the page is about to be hidden. */
  function flush(): void {
    for (const conversation of [...timers.keys()]) void save(conversation)
  }

  /** Before a send: nothing more of this text may be saved behind it. The hub drops the draft with the send itself. */
  async function sending(conversation: string): Promise<void> {
    clearTimeout(timers.get(conversation))
    timers.delete(conversation)
    await lines.get(conversation)
    saved.set(conversation, 'reply\n')
  }

  return { of, restore, changed, save, flush, sending }
})
