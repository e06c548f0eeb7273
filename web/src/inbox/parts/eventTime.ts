/** A time of an invitation as the mail told it: a day, UTC, the clock of a named place (RFC 9557), or of nobody knows where. */

import { full } from '@/time/words'

export function eventTime(told: string): string {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d)?(Z?)(?:\[([^\]]*)\])?)?$/.exec(told)
  if (!match) return told
  const [, day = '', time, utc, zone] = match
  if (!time) return day
  if (utc) return full(`${day}T${time}:00Z`)
  return zone ? `${day} ${time} (${zone})` : `${day} ${time}`
}
