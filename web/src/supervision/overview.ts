/** The live picture: read once, and again when the live socket tells of a change; never by the clock. */

import { onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'

import { supervision, type Overview } from '@/api/supervision'
import { useLive } from '@/stores/live'

import { coalesced } from './coalesced'

const EVERY = 1000

export function useOverview() {
  const live = useLive()
  const overview = shallowRef<Overview | null>(null)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref<unknown>(null)
  let gone = false

  async function fetch(): Promise<void> {
    if (gone) return
    try {
      overview.value = await supervision.overview(new Date(new Date().setHours(0, 0, 0, 0)).toISOString())
      state.value = 'ready'
      problem.value = null
    } catch (error) {
      problem.value = error
      if (!overview.value) state.value = 'failed'
    }
  }

  const hint = coalesced(fetch, EVERY)
  /** A picture nobody looks at need not be fresh: it is read again when they do. */
  function told(): void {
    if (document.visibilityState === 'visible') hint()
  }

  watch(() => live.changes, told)
  onMounted(() => {
    hint()
    document.addEventListener('visibilitychange', told)
  })
  onBeforeUnmount(() => {
    gone = true
    document.removeEventListener('visibilitychange', told)
  })
  return { overview, state, problem, again: hint }
}
