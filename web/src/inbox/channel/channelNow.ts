/** What the open conversation's channel can do now: asked again whenever the row says that it changed. */

import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'

import { channels, type ChannelNow } from '@/api/channels'
import type { Conversation } from '@/api/types'
import { useNow } from '@/time/now'

import { fate, takesFiles } from './carrying'
import { standing } from './countdown'

const PAUSE = 120

/** Why nothing can be written to the customer just now. */
export type Shut = 'time' | 'quota' | 'never' | 'templates_only'

export function useChannelNow(row: Ref<Conversation>) {
  const channel = ref<ChannelNow | null>(null)
  const now = useNow()
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function fetch(): Promise<void> {
    const number = (asked += 1)
    try {
      const told = await channels.now(row.value.id)
      if (number === asked) channel.value = told
    } catch {
      // Without the hub's word nothing is forbidden here: it checks every send itself.
    }
  }

  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void fetch(), PAUSE)
  }

  watch(() => [row.value.id, row.value.seq, JSON.stringify(row.value.windows ?? [])].join(' '), soon)
  void fetch()
  onScopeDispose(() => clearTimeout(timer))

  const window = computed(() => standing(channel.value?.window, now.value))
  const shut = computed<Shut | null>(() => {
    if (channel.value && fate(channel.value, 'text') === 'refused') return 'templates_only'
    return window.value.kind === 'closed' ? window.value.why : null
  })
  const files = computed(() => !channel.value || takesFiles(channel.value))

  return { channel, window, shut, files, fetch }
}
