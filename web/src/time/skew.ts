/** How far this machine's clock is from the hub's: told by the date of its answers. Pure. */

/** The header has whole seconds and an answer takes its time, so less than this is no difference. */
export const NOISE = 5000
/** From here on the person is told. */
export const WRONG = 60_000

/** Milliseconds to add to this machine's clock; 0 when they agree, or when the hub did not say. */
export function skewOf(date: string | null, now: number): number {
  const told = date ? Date.parse(date) : Number.NaN
  if (Number.isNaN(told)) return 0
  const skew = told - now
  return Math.abs(skew) < NOISE ? 0 : skew
}
