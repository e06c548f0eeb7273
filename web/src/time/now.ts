/** One clock for everything that ticks on the page: the hub's, whatever this machine believes. */

import { onScopeDispose, ref, type Ref } from 'vue'

import { skewOf, WRONG } from './skew'

const now = ref(Date.now())
/** Whether this machine's clock is so wrong that its owner should know. */
export const clockIsWrong = ref(false)
let skew = 0

/** Takes the date of an answer of the hub. */
export function heardDate(date: string | null): void {
  if (date === null) return
  skew = skewOf(date, Date.now())
  clockIsWrong.value = Math.abs(skew) >= WRONG
}

/** A moment of the hub's clock on this machine's. */
export function ofMachine(at: number): number {
  return at - skew
}

function tick(): void {
  now.value = Date.now() + skew
}

let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The time in milliseconds, once a second as long as somebody shows it. */
export function useNow(): Ref<number> {
  users += 1
  tick()
  timer ??= setInterval(tick, 1000)
  onScopeDispose(() => {
    users -= 1
    if (users === 0) {
      clearInterval(timer)
      timer = undefined
    }
  })
  return now
}
