/** The facts of a notice as a sentence wants them: ids become names, times become words. */

import type { NoticePart } from '@/api/types'
import { i18n } from '@/i18n'
import { useCatalog } from '@/stores/catalog'
import { full } from '@/time/words'

const NAMED = new Set(['agent', 'by', 'user', 'to', 'from', 'to_agent', 'from_agent'])

export function noticeFacts(facts: Record<string, string>): Record<string, string> {
  const catalog = useCatalog()
  const name = (key: string, value: string): string => {
    if (key.endsWith('team')) return catalog.teamNames.get(value) ?? value
    if (NAMED.has(key)) return catalog.userNames.get(value) ?? value
    if (key === 'priority') return i18n.global.te(`priority.${value}`) ? i18n.global.t(`priority.${value}`) : value
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return full(value)
    return value
  }
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, name(key, value)]))
}

/** Labels that were added, removed or both are three sentences. */
export function noticeKey(part: NoticePart): string {
  if (part.code !== 'labelled') return part.code
  const { added, removed } = part.facts ?? {}
  return added && removed ? 'labelled_both' : added ? 'labelled_added' : 'labelled_removed'
}
