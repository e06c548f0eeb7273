/** When a snoozed conversation may come back. Pure: the time is handed in. */

export interface Preset {
  key: string
  at: Date
}

const HOUR = 3_600_000

function atHour(day: Date, plus: number, hour: number): Date {
  const date = new Date(day)
  date.setDate(date.getDate() + plus)
  date.setHours(hour, 0, 0, 0)
  return date
}

/** One hour, three hours, this evening while it lies ahead, tomorrow, next Monday. */
export function presets(now: Date): Preset[] {
  const evening = atHour(now, 0, 18)
  const toMonday = ((8 - now.getDay()) % 7) || 7
  return [
    { key: 'hour', at: new Date(now.getTime() + HOUR) },
    { key: 'three_hours', at: new Date(now.getTime() + 3 * HOUR) },
    ...(evening.getTime() - now.getTime() > HOUR ? [{ key: 'evening', at: evening }] : []),
    { key: 'tomorrow', at: atHour(now, 1, 9) },
    { key: 'monday', at: atHour(now, toMonday, 9) },
  ]
}
