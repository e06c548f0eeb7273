/** Many conversations at once: which may be chosen, what is to become of them, and how far that has come. */

import { computed, onScopeDispose, ref, shallowRef } from 'vue'

import { Problem } from '@/api/problem'
import { supervision, type Batch, type Goal, type Line } from '@/api/supervision'
import { clientId } from '@/inbox/composer/clientId'

/** Milliseconds between two looks at a request that is under way; the hub does the work without being looked at. */
const LOOK = 500
const TRIES = 3

export interface Source {
  kind: 'queue' | 'agent'
  id: string | null
  name: string
}

export function useMoving(source: Source) {
  const lines = shallowRef<readonly Line[]>([])
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref<unknown>(null)
  const chosen = ref(new Set<string>())
  const batch = shallowRef<Batch | null>(null)
  const moving = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let gone = false

  const all = computed(() => lines.value.length > 0 && chosen.value.size === lines.value.length)

  async function fetch(): Promise<void> {
    state.value = 'loading'
    try {
      const asked = source.kind === 'agent' ? { agent: source.id ?? '' } : source.id ? { team: source.id } : {}
      lines.value = (await supervision.choices(asked)).items
      state.value = 'ready'
    } catch (error) {
      problem.value = error
      state.value = 'failed'
    }
  }

  function choose(id: string, on: boolean): void {
    const next = new Set(chosen.value)
    if (on) next.add(id)
    else next.delete(id)
    chosen.value = next
  }

  /** The first so many, which are the longest waiting. */
  function chooseFirst(count: number): void {
    chosen.value = new Set(lines.value.slice(0, count).map((line) => line.id))
  }

  /** One key for one request: when no answer comes, the same is asked again and nothing is done twice. */
  async function move(goal: Goal): Promise<void> {
    const body = { key: clientId(), conversations: lines.value.map((line) => line.id).filter((id) => chosen.value.has(id)), goal }
    moving.value = true
    try {
      batch.value = await asked(body)
      watch(body.key)
    } finally {
      moving.value = false
    }
  }

  async function asked(body: Parameters<typeof supervision.move>[0]): Promise<Batch> {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await supervision.move(body)
      } catch (error) {
        if (left <= 1 || !(error instanceof Problem) || !error.passing) throw error
      }
    }
  }

  function watch(key: string): void {
    if (gone || batch.value?.over) return
    timer = setTimeout(async () => {
      try {
        batch.value = await supervision.batch(key)
      } catch {
        // The next look asks again; the work goes on without it.
      }
      watch(key)
    }, LOOK)
  }

  /** Back to the list, with what is there now. */
  function again(): Promise<void> {
    batch.value = null
    chosen.value = new Set()
    return fetch()
  }

  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
  })
  return { lines, state, problem, chosen, all, batch, moving, fetch, choose, chooseFirst, move, again }
}
