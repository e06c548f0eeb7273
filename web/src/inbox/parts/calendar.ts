/** The first event of an iCalendar file (RFC 5545), as far as a card shows it. Pure. */

export interface At {
  /** An instant, when the time names its zone as UTC. */
  instant: string
  /** The time as it is written, with its zone. */
  words: string
}

export interface CalendarEvent {
  summary: string
  place: string
  organiser: string
  start: At
  end: At
  cancelled: boolean
}

interface Line {
  name: string
  parameters: string
  value: string
}

function unfolded(text: string): string[] {
  return text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
}

function line(text: string): Line {
  const match = /^([A-Za-z-]+)((?:;[^:"]*(?:"[^"]*")?)*):(.*)$/.exec(text)
  return { name: (match?.[1] ?? '').toUpperCase(), parameters: match?.[2] ?? '', value: match?.[3] ?? '' }
}

function words(value: string): string {
  return value.replace(/\\n/gi, ' ').replace(/\\([,;\\])/g, '$1').trim().slice(0, 300)
}

function at(found: Line | undefined): At {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?/.exec(found?.value ?? '')
  if (!match) return { instant: '', words: '' }
  const [, year, month, day, hour, minute, utc] = match
  const date = `${year}-${month}-${day}`
  if (!hour) return { instant: '', words: date }
  const zone = /TZID="?([^;":]+)/i.exec(found?.parameters ?? '')?.[1] ?? ''
  const instant = utc ? `${date}T${hour}:${minute}:00Z` : ''
  return { instant, words: `${date} ${hour}:${minute}${zone ? ` (${zone})` : ''}` }
}

export function readEvent(text: string): CalendarEvent | null {
  const all = unfolded(text).map(line)
  const begin = all.findIndex((one) => one.name === 'BEGIN' && one.value.toUpperCase() === 'VEVENT')
  if (begin < 0) return null
  const end = all.findIndex((one, index) => index > begin && one.name === 'END' && one.value.toUpperCase() === 'VEVENT')
  const event = all.slice(begin, end < 0 ? undefined : end)
  const of = (name: string) => event.find((one) => one.name === name)
  const method = all.find((one) => one.name === 'METHOD')?.value.toUpperCase()
  const organiser = of('ORGANIZER')
  const named = /CN="?([^;":]+)/i.exec(organiser?.parameters ?? '')?.[1]
  return {
    summary: words(of('SUMMARY')?.value ?? ''),
    place: words(of('LOCATION')?.value ?? ''),
    organiser: named ?? (organiser?.value ?? '').replace(/^mailto:/i, ''),
    start: at(of('DTSTART')),
    end: at(of('DTEND')),
    cancelled: method === 'CANCEL' || of('STATUS')?.value.toUpperCase() === 'CANCELLED',
  }
}
