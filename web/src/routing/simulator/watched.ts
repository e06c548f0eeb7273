/** One simulation, asked again each second while it waits or runs. */

import { computed, onBeforeUnmount, ref } from 'vue'

import { simulator, type Simulation } from '@/api/routing'

const EACH = 1000
const LATER = 4000

export function useSimulation(told: (error: unknown) => void) {
  const simulation = ref<Simulation | null>(null)
  const open = computed(() => simulation.value?.stage === 'waiting' || simulation.value?.stage === 'running')
  let timer: ReturnType<typeof setTimeout> | undefined
  let wanted = ''

  /** A hub that is away for a moment is asked again; only the first answer that fails is told. */
  async function ask(id: string, failed = false): Promise<void> {
    clearTimeout(timer)
    wanted = id
    try {
      const found = await simulator.one(id)
      if (wanted !== id) return
      simulation.value = found
      if (open.value) timer = setTimeout(() => void ask(id), EACH)
    } catch (error) {
      if (wanted !== id) return
      if (!failed) told(error)
      if (open.value) timer = setTimeout(() => void ask(id, true), LATER)
    }
  }

  function show(found: Simulation): void {
    simulation.value = found
    void ask(found.id)
  }

  function clear(): void {
    clearTimeout(timer)
    wanted = ''
    simulation.value = null
  }

  onBeforeUnmount(clear)
  return { simulation, open, ask, show, clear }
}
