/** How near a deadline is, for marks that count down. Pure. */

import type { Conversation } from '@/api/types'

export type Due = NonNullable<Conversation['due']>
export type Nearness = 'calm' | 'soon' | 'late'

/** `left` is milliseconds; negative when the time is past. What the hub marked as warned or broken stays so. */
export function nearness(due: Due, now: number): { level: Nearness; left: number } {
  const left = Date.parse(due.at) - now
  if (due.breached || left < 0) return { level: 'late', left }
  const warned = due.warned || (due.warn_at !== null && Date.parse(due.warn_at) <= now)
  return { level: warned ? 'soon' : 'calm', left }
}
