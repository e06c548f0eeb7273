/** The head of a mail that is being written, per conversation: subject, copies. Lives as long as the page. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import { addressOf, joined, valid } from './mailboxes'

export interface Mailing {
  /** Empty answers under the subject that the conversation has. */
  subject: string
  cc: string[]
  bcc: string[]
  /** Whether the fields are unfolded. */
  open: boolean
}

export const useMailings = defineStore('mailings', () => {
  const mailings = ref<Record<string, Mailing>>({})

  function of(conversation: string): Mailing {
    mailings.value[conversation] ??= { subject: '', cc: [], bcc: [], open: false }
    return mailings.value[conversation] as Mailing
  }

  /** After a send: whoever got a copy gets the next one too, but nobody hidden, and the subject is the thread's again. */
  function sent(conversation: string): void {
    const mailing = of(conversation)
    mailing.subject = ''
    mailing.bcc = []
    mailing.open = false
  }

  return { of, sent }
})

/** The addresses that are no addresses. */
export function wrong(mailing: Mailing): string[] {
  return [...mailing.cc, ...mailing.bcc].filter((mailbox) => !valid(mailbox))
}

/** Who else was on the customer's last mail and is not copied yet. */
export function offered(mailing: Mailing, also: readonly string[], own: string): string[] {
  const known = new Set([...mailing.cc, ...mailing.bcc, own].map(addressOf))
  return joined([], also).filter((mailbox) => !known.has(addressOf(mailbox)))
}
