/** Cuts a text at highlight ranges, so that hits are marked without any HTML being made. Pure. */

export interface Range {
  start: number
  end: number
}

export interface Slice {
  text: string
  hit: boolean
}

/** The hub counts code points as Python does; a string here counts UTF-16 units, so the text is cut as a list. */
export function slices(text: string, ranges: readonly Range[]): Slice[] {
  const points = [...text]
  const result: Slice[] = []
  let from = 0
  const push = (to: number, hit: boolean) => {
    if (to > from) result.push({ text: points.slice(from, to).join(''), hit })
    from = Math.max(from, to)
  }
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    push(Math.min(start, points.length), false)
    push(Math.min(end, points.length), true)
  }
  push(points.length, false)
  return result
}
