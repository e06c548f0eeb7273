/** Short words to the person at the edge of the screen, and problems in their language. */

import { ElMessage } from 'element-plus'

import { Problem } from '@/api/problem'
import { i18n, say } from '@/i18n'

/** The sentence for a problem: ours by its code where there is one, else the hub's own. */
export function problemText(error: unknown): string {
  if (!(error instanceof Problem)) return say('problem.unexpected')
  const key = `problem.${error.code || error.status}`
  if (i18n.global.te(key)) return say(key, error.body.facts ?? {})
  return error.message || say('problem.unexpected')
}

/** What went wrong, with what to do about it. */
export function problemHint(error: unknown): string {
  return error instanceof Problem ? (error.body.hint ?? '') : ''
}

export function sayGood(text: string): void {
  ElMessage({ type: 'success', message: text, grouping: true, duration: 1800 })
}

export function sayWarning(text: string): void {
  ElMessage({ type: 'warning', message: text, grouping: true, duration: 8000, showClose: true })
}

export function sayProblem(error: unknown): void {
  if (!(error instanceof Problem) && !(error instanceof DOMException)) console.error(error)
  ElMessage({ type: 'error', message: problemText(error), grouping: true, duration: 6000, showClose: true })
}

/** Runs an act of the person; a failure is told and answered with false. */
export async function attempt(act: () => Promise<unknown>, good = ''): Promise<boolean> {
  try {
    await act()
    if (good) sayGood(good)
    return true
  } catch (error) {
    sayProblem(error)
    return false
  }
}
