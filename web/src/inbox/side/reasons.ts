/** Why somebody was not given it, in the reader's language: from the codes of the record. */

import type { Decision } from '@/api/types'
import { say } from '@/i18n'

type Reason = NonNullable<Decision['reason']>
type Hindrance = Reason['counts'][number]['hindrance']

/** These have nothing to do with the customer: the person has no place now. */
const NOT_IDLE: readonly Hindrance['code'][] = ['away', 'busy', 'engaged', 'full', 'limit']

function detailOf(hindrance: Hindrance, nameOf: (id: string) => string): string {
  const detail = hindrance.detail ?? ''
  if (hindrance.code === 'engaged' || hindrance.code === 'limit') return say(`routing.kind.${detail || 'chat'}`)
  return hindrance.code === 'kept' ? nameOf(detail) : detail
}

export function hindranceText(hindrance: Hindrance, nameOf: (id: string) => string): string {
  return say(`why.one.${hindrance.code}`, { detail: detailOf(hindrance, nameOf) })
}

function inTheWay(counts: Reason['counts'], nameOf: (id: string) => string): string {
  const only = counts.length === 1 ? counts[0] : undefined
  if (only) return say(`why.all.${only.hindrance.code}`, { detail: detailOf(only.hindrance, nameOf) })
  return counts.map((count) => say('why.count', { n: count.people, what: hindranceText(count.hindrance, nameOf) })).join(say('why.and'))
}

/** "3 idle, none with skill X", or a count for each thing that was in the way; and what nobody has, free or not. */
export function reasonText(reason: Reason, nameOf: (id: string) => string): string {
  if (!reason.people) return say('why.nobody')
  const told = (reason.counts ?? []).filter((count) => !reason.idle || !NOT_IDLE.includes(count.hindrance.code))
  const lead = say(reason.idle ? 'why.idle' : 'why.people', { n: reason.idle || reason.people })
  const text = say('why.joined', { lead, rest: inTheWay(told, nameOf) })
  const { lacking } = reason
  if (!lacking || told.some(({ hindrance }) => hindrance.code === lacking.code && hindrance.detail === lacking.detail)) return text
  return say('why.lacking', { text, rest: say(`why.all.${lacking.code}`, { detail: detailOf(lacking, nameOf) }) })
}
