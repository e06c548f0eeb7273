/** One bot, asked again each second while a version of it trains. */

import { computed, onBeforeUnmount, ref, watch, type Ref } from 'vue'

import { bots, type Bot } from '@/api/bots'

const EACH = 1000

export function useWatched(id: Ref<string>) {
  const bot = ref<Bot | null>(null)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  const training = computed(() => bot.value?.versions.find((version) => version.state === 'training') ?? null)

  async function fetch(): Promise<void> {
    clearTimeout(timer)
    const asked = id.value
    try {
      const found = await bots.get(asked)
      if (asked !== id.value) return
      bot.value = found
      state.value = 'ready'
      problem.value = null
    } catch (error) {
      if (asked !== id.value) return
      problem.value = error
      if (!bot.value) state.value = 'failed'
    }
    if (training.value) timer = setTimeout(() => void fetch(), EACH)
  }

  watch(
    id,
    () => {
      bot.value = null
      state.value = 'loading'
      void fetch()
    },
    { immediate: true },
  )
  onBeforeUnmount(() => clearTimeout(timer))
  return { bot, state, problem, training, fetch }
}
