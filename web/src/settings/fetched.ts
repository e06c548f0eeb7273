/** A list that a settings page shows: fetched when the page opens, with its state, and further pages if there are any. */

import { onMounted, ref, type Ref } from 'vue'

import type { Page } from '@/api/types'

export function useFetched<T>(ask: (after: string | null) => Promise<Page<T>>) {
  const items = ref([]) as Ref<T[]>
  const next = ref<string | null>(null)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref<unknown>(null)

  async function fetch(more = false): Promise<void> {
    try {
      const page = await ask(more ? next.value : null)
      items.value = more ? [...items.value, ...page.items] : [...page.items]
      next.value = page.next
      state.value = 'ready'
      problem.value = null
    } catch (error) {
      problem.value = error
      state.value = 'failed'
    }
  }

  onMounted(() => fetch())
  return { items, next, state, problem, fetch }
}
