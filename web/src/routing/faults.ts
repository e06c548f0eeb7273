/** What the hub says is wrong with an input, kept by the place it names, and said in the reader's language. */

import { ref } from 'vue'

import { Problem } from '@/api/problem'
import type { RuleFault } from '@/api/routing'
import { i18n, say } from '@/i18n'
import { sayProblem } from '@/shell/say'

const BOUND = /^Expected `[^`]+` (>=|<=|>|<) ([-\d.e+]+)$/
const LENGTH = /^Expected `[^`]+` of length (>=|<=) (\d+)$/
const SIGNS: Record<string, string> = { '>=': 'at_least', '<=': 'at_most', '>': 'above', '<': 'below' }

/** The place of a problem as a fault, or null when it names none. */
export function faultOf(error: unknown): RuleFault | null {
  if (!(error instanceof Problem) || !error.body.path) return null
  const facts = Object.fromEntries(Object.entries(error.body.facts ?? {}).map(([name, value]) => [name, String(value)]))
  return { path: error.body.path, message: error.message, severity: 'error', facts }
}

/** A sentence of the hub as a key: small letters, what stands between them as one stroke. */
export function keyOf(message: string): string {
  return message.toLowerCase().replaceAll(/[^a-z]+/g, '_').replaceAll(/^_|_$/g, '')
}

/** The fault in words; what has none of ours is said as the hub said it. */
export function faultText(fault: RuleFault): string {
  const bound = BOUND.exec(fault.message)
  if (bound) return say(`routing.fault.${SIGNS[bound[1] ?? '']}`, { n: bound[2] })
  const length = LENGTH.exec(fault.message)
  if (length) return say(`routing.fault.length_${SIGNS[length[1] ?? '']}`, { n: length[2] })
  const key = `routing.fault.${keyOf(fault.message)}`
  return i18n.global.te(key) || i18n.global.te(key, 'zh-CN') ? say(key, fault.facts ?? {}) : fault.message
}

/** Faults of one form: set by what was refused, read by each field for its own place and what is below it. */
export function useFaults() {
  const faults = ref<readonly RuleFault[]>([])

  function at(path: string): string {
    const found = faults.value.find((one) => one.path === path || (one.path.startsWith(path) && '.['.includes(one.path[path.length] ?? '')))
    return found ? faultText(found) : ''
  }

  /** Keep what was refused at its field; what names no field is told at the edge of the screen. */
  function refused(error: unknown): void {
    const fault = faultOf(error)
    if (fault) faults.value = [fault]
    else sayProblem(error)
  }

  /** Runs an act; a refusal is kept and answered with null. */
  async function tried<T>(act: () => Promise<T>): Promise<T | null> {
    faults.value = []
    try {
      return await act()
    } catch (error) {
      refused(error)
      return null
    }
  }

  return { faults, at, refused, tried }
}
