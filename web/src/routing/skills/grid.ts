/** The skills matrix by keys: where to go, what a key means for a cell, and what was changed. Pure. */

import type { Abilities, Skilled } from '@/api/routing'

export const TOP = 10

export interface Spot {
  row: number
  column: number
}

const MOVES: Readonly<Record<string, [number, number]>> = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0],
}

const within = (n: number, count: number) => Math.min(Math.max(n, 0), count - 1)

/** Where a key leads from a spot, or null when it is no key that moves. */
export function moved(spot: Spot, key: string, rows: number, columns: number): Spot | null {
  if (key === 'Home') return { ...spot, column: 0 }
  if (key === 'End') return { ...spot, column: columns - 1 }
  const step = MOVES[key]
  if (!step) return null
  return { row: within(spot.row + step[0], rows), column: within(spot.column + step[1], columns) }
}

/** The level after a key, null when the key means nothing here. A nought after a one is ten; a nought takes it away. */
export function levelAfter(level: number, key: string): number | null {
  if (key === 'Delete' || key === 'Backspace') return 0
  if (key === '+') return Math.min(TOP, level + 1)
  if (key === '-') return Math.max(0, level - 1)
  if (!/^\d$/.test(key)) return null
  return key === '0' && level === 1 ? TOP : Number(key)
}

/** A skill at a level; at none it is gone, with its pace. */
export function withLevel(abilities: Abilities, skill: string, level: number): Abilities {
  const skills = { ...abilities.skills }
  const pace = { ...abilities.pace }
  if (level > 0) skills[skill] = level
  else {
    delete skills[skill]
    delete pace[skill]
  }
  return { ...abilities, skills, pace }
}

/** Every name that somebody has, sorted as the reader's language does. */
export function namesOf(people: readonly Abilities[], field: 'skills' | 'languages' | 'regions' | 'departments' | 'cleared'): string[] {
  const names = new Set(people.flatMap((one) => (field === 'skills' ? Object.keys(one.skills ?? {}) : [...(one[field] ?? [])])))
  return [...names].sort((a, b) => a.localeCompare(b))
}

/** Those whose abilities differ from what was read. */
export function changedPeople(people: readonly Skilled[], edited: ReadonlyMap<string, Abilities>): Skilled[] {
  const plain = (abilities: Abilities) => JSON.stringify(sorted(abilities))
  return people.filter((one) => {
    const now = edited.get(one.user)
    return now !== undefined && plain(now) !== plain(one.abilities)
  })
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
}
