/** Lengths of time as people enter them: a number and a unit. Pure; the wire has seconds. */

export type Unit = 'seconds' | 'minutes' | 'hours'
export const UNITS: readonly Unit[] = ['seconds', 'minutes', 'hours']
const SECONDS: Readonly<Record<Unit, number>> = { seconds: 1, minutes: 60, hours: 3600 }

/** The largest unit in which a length has no more than one decimal. */
export function unitOf(seconds: number): Unit {
  return [...UNITS].reverse().find((unit) => seconds >= SECONDS[unit] && Number.isInteger((seconds / SECONDS[unit]) * 10)) ?? 'seconds'
}

export function inUnit(seconds: number, unit: Unit): number {
  return Math.round((seconds / SECONDS[unit]) * 1000) / 1000
}

export function asSeconds(number: number, unit: Unit): number {
  return number * SECONDS[unit]
}
