/** Tells the hub that one is typing: at most every three seconds, and that it stopped. */

import { onBeforeUnmount } from 'vue'

import { useLive } from '@/stores/live'

const EVERY = 3000
const IDLE = 5000

export function useTyping(conversation: string) {
  const live = useLive()
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    clearTimeout(timer)
    if (last === 0) return
    last = 0
    live.send({ type: 'typing', conversation, on: false })
  }

  function typed(): void {
    clearTimeout(timer)
    timer = setTimeout(stop, IDLE)
    if (Date.now() - last < EVERY) return
    last = Date.now()
    live.send({ type: 'typing', conversation, on: true })
  }

  onBeforeUnmount(stop)
  return { typed, stop }
}
