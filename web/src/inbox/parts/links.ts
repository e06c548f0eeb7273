/** Finds the addresses in a text, so that they can be shown as links without any HTML being made. Pure. */

export interface Piece {
  text: string
  href?: string
}

const ADDRESS = /https?:\/\/[^\s<>"'，。；！？、（）【】「」《》]+/gi
const TAIL = /[.,;:!?)\]}'"]+$/

export function pieces(text: string): Piece[] {
  const result: Piece[] = []
  let from = 0
  for (const match of text.matchAll(ADDRESS)) {
    const href = match[0].replace(TAIL, '')
    if (match.index > from) result.push({ text: text.slice(from, match.index) })
    result.push({ text: href, href })
    from = match.index + href.length
  }
  if (from < text.length) result.push({ text: text.slice(from) })
  return result
}
