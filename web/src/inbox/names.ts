/** What a customer is called when they told no name: the channel and the end of their id there. */

import type { Conversation } from '@/api/types'
import { say } from '@/i18n'

export function customerName(row: Pick<Conversation, 'name' | 'address'>): string {
  return row.name?.trim() || say('customer.numbered', { n: row.address.user.slice(-4).toUpperCase() })
}
