/** Shares as people read them. Pure. */

/** `0.9234` is "92.3 %"; nothing measured is a dash. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share == null ? '—' : `${(share * 100).toFixed(digits)} %`
}
