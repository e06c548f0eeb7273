/** From what is written to a send: parts, one client id however often it is tried, and back into the composer if refused. */

import type { Ref } from 'vue'

import type { SaidPart } from '@/api/types'
import type { Pending } from '@/live/thread'
import { useCatalog } from '@/stores/catalog'
import { useDrafts, type Writing } from '@/stores/drafts'
import { useThread } from '@/stores/thread'

import { useAttachments } from './attachments'
import { clientId } from './clientId'
import { mentioned } from './mentions'

export function useSending(conversation: string, writing: Ref<Writing>) {
  const thread = useThread()
  const drafts = useDrafts()
  const catalog = useCatalog()
  const attachments = useAttachments()

  function parts(): SaidPart[] {
    const text = writing.value[writing.value.tab].trim()
    const media = attachments.of(conversation).flatMap((item) => (item.media ? [item.media] : []))
    return [...(text ? [{ type: 'text' as const, body: text }] : []), ...media]
  }

  function compose(): Pending | null {
    const said = parts()
    if (said.length === 0) return null
    const note = writing.value.tab === 'note'
    const text = writing.value[writing.value.tab]
    return {
      client_id: clientId(),
      parts: said,
      note,
      mentions: note ? mentioned(text, catalog.colleagues) : [],
      seen_seq: writing.value.base || thread.newest,
      at: new Date().toISOString(),
      state: 'sending',
    }
  }

  /** The composer is free at once; what a colleague was quicker with comes back to it. */
  async function send(): Promise<void> {
    const item = compose()
    if (!item) return
    const { tab } = writing.value
    const text = writing.value[tab]
    const tray = attachments.of(conversation)
    writing.value[tab] = ''
    attachments.trays[conversation] = []
    const going = drafts.sending(conversation).then(() => thread.send(item))
    if ((await going) !== 'collided') return
    thread.withdraw(item.client_id)
    writing.value[tab] ||= text
    attachments.trays[conversation] = [...tray, ...attachments.of(conversation)]
    writing.value.base = item.seen_seq
    await thread.fetch()
  }

  async function again(id: string): Promise<void> {
    const item = thread.thread.pending.find((held) => held.client_id === id)
    if (item) await thread.send(item.state === 'collided' ? { ...item, seen_seq: thread.newest } : item)
  }

  return { send, again, parts }
}
