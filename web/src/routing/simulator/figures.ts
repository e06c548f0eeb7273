/** The figures of a comparison: how each is read, which is better, and how long its bar is. Pure. */

import type { PolicyLine } from '@/api/routing'

export type Figure = 'mean_wait' | 'p95_wait' | 'miss' | 'weighted_miss' | 'abandoned' | 'turned_away' | 'occupancy' | 'gini'
export const FIGURES: readonly Figure[] = ['mean_wait', 'p95_wait', 'miss', 'weighted_miss', 'abandoned', 'turned_away', 'occupancy', 'gini']
/** Drawn as bars; of the others a smaller number is not simply the better one, or the table is enough. */
export const DRAWN: readonly Figure[] = ['mean_wait', 'p95_wait', 'weighted_miss', 'abandoned', 'gini']

const SECONDS = new Set<Figure>(['mean_wait', 'p95_wait'])
const NEITHER = new Set<Figure>(['occupancy'])
/** Numbers nearer than this part of each other are the same: days are drawn, not weighed. */
const SAME = 0.005

export function shownFigure(figure: Figure, value: number): string {
  if (SECONDS.has(figure)) return value.toFixed(value < 100 ? 1 : 0)
  if (figure === 'gini') return value.toFixed(3)
  return `${(value * 100).toFixed(value < 0.1 ? 2 : 1)}%`
}

/** The policies that are best at a figure: none when all are the same, or when neither way is better. */
export function bestOf(lines: readonly PolicyLine[], figure: Figure): Set<string> {
  if (NEITHER.has(figure) || lines.length < 2) return new Set()
  const least = Math.min(...lines.map((line) => line[figure]))
  const near = lines.filter((line) => line[figure] <= least * (1 + SAME) + 1e-9)
  return near.length === lines.length ? new Set() : new Set(near.map((line) => line.policy))
}

/** How long a bar is, as a part of the longest. */
export function shareOf(lines: readonly PolicyLine[], figure: Figure, line: PolicyLine): number {
  const most = Math.max(...lines.map((one) => one[figure]))
  return most > 0 ? line[figure] / most : 0
}

/** The line of a text where a field of a scenario stands, 0 when it cannot be told: `traffic[1].skills`. */
export function lineOf(text: string, field: string): number {
  const place = /^([a-z_]+)(?:\[(\d+)\])?(?:\.([^.[]+))?/.exec(field)
  if (!place) return 0
  const [, table = '', number, name] = place
  const lines = text.split('\n')
  const heads = lines.flatMap((line, at) => (new RegExp(`^\\s*\\[\\[?${table}(?:\\.|\\])`).test(line) ? [at] : []))
  const named = name && number === undefined ? heads.find((at) => lines[at]?.includes(`${table}.${name}]`)) : undefined
  const head = named ?? heads[Number(number ?? 0)]
  if (head === undefined) return lines.findIndex((line) => new RegExp(`^\\s*${table}\\s*=`).test(line)) + 1
  const end = lines.findIndex((line, at) => at > head && /^\s*\[/.test(line))
  const wanted = named === undefined ? name : field.split('.')[2]
  const within = lines.findIndex((line, at) => at > head && (end < 0 || at < end) && wanted !== undefined && new RegExp(`^\\s*${wanted.replaceAll(/[^\w-]/g, '.')}\\s*=`).test(line))
  return (within < 0 ? head : within) + 1
}

/** The line that a reader of TOML named, or 0. */
export function toldLine(message: string): number {
  return Number(/at line (\d+)/.exec(message)?.[1] ?? 0)
}
