/** One clock for everything that ticks on the page. */

import { onScopeDispose, ref, type Ref } from 'vue'

const now = ref(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The time in milliseconds, once a second as long as somebody shows it. */
export function useNow(): Ref<number> {
  users += 1
  now.value = Date.now()
  timer ??= setInterval(() => void (now.value = Date.now()), 1000)
  onScopeDispose(() => {
    users -= 1
    if (users === 0) {
      clearInterval(timer)
      timer = undefined
    }
  })
  return now
}
