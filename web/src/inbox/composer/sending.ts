/** From what is written to a send: parts, one client id however often it is tried, and back into the composer if refused. */

import type { Ref } from 'vue'

import type { SaidPart } from '@/api/types'
import type { Pending } from '@/live/thread'
import { useCatalog } from '@/stores/catalog'
import { useDrafts, type Writing } from '@/stores/drafts'
import { useThread } from '@/stores/thread'

import { useAttachments } from './attachments'
import { useMailings } from '../channel/mailing'
import { clientId } from './clientId'
import { mentioned } from './mentions'

/** `isMail`: the channel has subjects and copies. */
export function useSending(conversation: string, writing: Ref<Writing>, isMail: Ref<boolean>) {
  const thread = useThread()
  const drafts = useDrafts()
  const catalog = useCatalog()
  const attachments = useAttachments()
  const mailings = useMailings()

  function parts(): SaidPart[] {
    const text = writing.value[writing.value.tab].trim()
    const media = attachments.of(conversation).flatMap((item) => (item.media ? [item.media] : []))
    return [...(text ? [{ type: 'text' as const, body: text, quoted: '' }] : []), ...media]
  }

  function head(): Pick<Pending, 'mail'> {
    const { subject, cc, bcc } = mailings.of(conversation)
    return isMail.value ? { mail: { subject: subject.trim(), cc: [...cc], bcc: [...bcc] } } : {}
  }

  function compose(): Pending | null {
    const said = parts()
    if (said.length === 0) return null
    const note = writing.value.tab === 'note'
    const text = writing.value[writing.value.tab]
    const mentions = note ? mentioned(text, catalog.colleagues) : []
    return { ...pending(said, writing.value.base || thread.newest), note, mentions, ...(note ? {} : head()) }
  }

  function pending(parts: SaidPart[], seen_seq: number): Pending {
    const at = new Date().toISOString()
    return { client_id: clientId(), parts, note: false, mentions: [], seen_seq, at, state: 'sending' }
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
    if (item.mail) mailings.sent(conversation)
    const going = drafts.sending(conversation).then(() => thread.send(item))
    if ((await going) !== 'collided') return
    thread.withdraw(item.client_id)
    writing.value[tab] ||= text
    if (item.mail) Object.assign(mailings.of(conversation), item.mail)
    attachments.trays[conversation] = [...tray, ...attachments.of(conversation)]
    writing.value.base = item.seen_seq
    await thread.fetch()
  }

  async function again(id: string): Promise<void> {
    const item = thread.thread.pending.find((held) => held.client_id === id)
    if (item) await thread.send(item.state === 'collided' ? { ...item, seen_seq: thread.newest } : item)
  }

  /** Something that is no text: a registered text, quick replies, a place. */
  async function sendPart(part: SaidPart): Promise<void> {
    await thread.send({ ...pending([part], thread.newest), ...head() })
  }

  return { send, again, parts, sendPart }
}
