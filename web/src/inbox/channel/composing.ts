/** What the channel makes of what is being written: whether it may leave, why not, and as what it will arrive. */

import { computed, type Ref } from 'vue'

import type { Conversation, SaidPart } from '@/api/types'
import { i18n, say } from '@/i18n'
import { useThread } from '@/stores/thread'

import { bytes } from '../parts/sizes'
import { acceptOf, fileRefusal, textRefusal, type Refusal } from './carrying'
import { useChannelNow } from './channelNow'
import { useMailings, wrong } from './mailing'

interface Written {
  isNote: Ref<boolean>
  parts: () => SaidPart[]
}

/** Why something cannot leave, in the reader's words. */
export function refusalText(refusal: Refusal): string {
  const { why, facts } = refusal
  const most = why === 'size' || why === 'bytes' ? bytes(Number(facts.most)) : (facts.most ?? '')
  return say(`refusal.${why}`, { ...facts, most, type: facts.type ?? '' })
}

export function useComposing(row: Ref<Conversation>, written: Written) {
  const thread = useThread()
  const mailings = useMailings()
  const { channel, window, shut, files } = useChannelNow(row)

  const isMail = computed(() => Boolean(channel.value?.mail))
  const mailing = computed(() => (isMail.value ? mailings.of(row.value.id) : null))
  const parts = computed(() => (written.isNote.value ? [] : written.parts()))
  const text = computed(() => {
    const first = parts.value[0]
    return first?.type === 'text' ? first.body : ''
  })
  const closed = computed(() => (written.isNote.value ? null : shut.value))
  const accept = computed(() => (channel.value && !written.isNote.value ? acceptOf(channel.value) : ''))

  const refusal = computed<Refusal | null>(() => {
    const { value: now } = channel
    if (!now || written.isNote.value) return null
    const of = (part: SaidPart) => ('media_type' in part ? fileRefusal(now, { type: part.media_type, size: part.size }) : null)
    return textRefusal(now, text.value) ?? parts.value.map(of).find(Boolean) ?? null
  })
  const blocked = computed(() => Boolean(closed.value || refusal.value || (!written.isNote.value && mailing.value && wrong(mailing.value).length)))

  /** The reason why a file cannot go by this channel, or nothing. */
  function refused(file: File): string {
    if (!channel.value || written.isNote.value) return ''
    const found = fileRefusal(channel.value, file)
    return found ? refusalText(found) : ''
  }

  /** Who else was on the customer's last mail. */
  const also = computed(() => {
    const last = thread.thread.messages.findLast((message) => message.direction === 'in' && message.envelope)
    return last?.envelope?.cc ?? []
  })
  const subject = computed(() => {
    const known = row.value.subject ?? ''
    return known && !/^(re|回复|答复)\s*[:：]/i.test(known) ? `Re: ${known}` : known || i18n.global.t('mail.no_subject')
  })

  return { channel, window, files, isMail, mailing, parts, text, closed, accept, refusal, blocked, refused, also, subject }
}
