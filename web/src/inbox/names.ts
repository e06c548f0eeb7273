/** What a customer is called when they told no name: their address or number, else the end of their id there. */

import type { Conversation } from '@/api/types'
import { say } from '@/i18n'

import { familyOf } from './channel/families'

export function customerName(row: Pick<Conversation, 'name' | 'address'>): string {
  const { channel, user } = row.address
  const spoken = ['mail', 'sms'].includes(familyOf(channel)) ? user : say('customer.numbered', { n: user.slice(-4).toUpperCase() })
  return row.name?.trim() || spoken
}
