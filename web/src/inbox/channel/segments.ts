/** How many short messages a text is billed as: 160 septets or 70 UTF-16 units alone, 153 or 67 in each of several. Pure.
 *
 * 3GPP TS 23.038 6.2.1 (the alphabet) and TS 23.040 9.2.3.24.1 (joined messages), as the hub counts them.
 */

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const EXTENSION = '\f^{}\\[~]|€'
const COST = new Map<string, number>([...[...BASIC].map((letter) => [letter, 1] as const), ...[...EXTENSION].map((letter) => [letter, 2] as const)])

export interface Counted {
  encoding: 'gsm7' | 'ucs2'
  count: number
  /** Units that one message holds; of several, each. */
  per: number
  units: number
  /** Units that still fit into the last message. */
  left: number
}

const ALONE = { gsm7: 160, ucs2: 70 } as const
const JOINED = { gsm7: 153, ucs2: 67 } as const

export function segments(text: string): Counted {
  const letters = [...text]
  const encoding = letters.every((letter) => COST.has(letter)) ? 'gsm7' : 'ucs2'
  const costs = letters.map((letter) => (encoding === 'gsm7' ? (COST.get(letter) ?? 1) : letter.length))
  const units = costs.reduce((sum, cost) => sum + cost, 0)
  const alone = ALONE[encoding]
  if (units <= alone) return { encoding, count: units ? 1 : 0, per: alone, units, left: alone - units }
  const { count, filled } = joined(costs, JOINED[encoding])
  return { encoding, count, per: JOINED[encoding], units, left: JOINED[encoding] - filled }
}

/** A letter of two units is never cut in two. */
function joined(costs: readonly number[], per: number): { count: number; filled: number } {
  let count = 1
  let filled = 0
  for (const cost of costs) {
    if (filled + cost > per) {
      count += 1
      filled = 0
    }
    filled += cost
  }
  return { count, filled }
}

/** The letters that make a text dearer: those the short alphabet does not have. */
export function dear(text: string): string[] {
  return [...new Set(text)].filter((letter) => !COST.has(letter))
}
