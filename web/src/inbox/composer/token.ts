/** The word being typed after a sign (`/` for canned replies, `@` for colleagues), and putting something in its place. */

export interface Token {
  sign: string
  typed: string
  start: number
  end: number
}

/** The token that ends at the caret, or null. It begins a line or follows a space, so `a/b` and mail addresses are none. */
export function tokenAt(text: string, caret: number, signs: string): Token | null {
  const before = text.slice(0, caret)
  const match = /(?:^|[\s，。！？、；：])([^\s，。！？、；：]*)$/u.exec(before)
  const word = match?.[1] ?? ''
  const sign = word.charAt(0)
  if (!sign || !signs.includes(sign) || word.slice(1).includes(sign)) return null
  return { sign, typed: word.slice(1), start: caret - word.length, end: caret }
}

export function replaced(text: string, token: Token, words: string): { text: string; caret: number } {
  return { text: text.slice(0, token.start) + words + text.slice(token.end), caret: token.start + words.length }
}
