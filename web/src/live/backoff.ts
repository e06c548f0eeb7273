/** How long to wait before the next attempt: doubling with full jitter, so that a restart is not a stampede. */

export const FIRST = 500
export const LONGEST = 10_000

export function delay(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10))
  return Math.round(ceiling * (0.3 + 0.7 * random()))
}
