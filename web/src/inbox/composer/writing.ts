/** The text of one conversation's composer: its draft, whether it is a note, and that it is kept when the page goes. */

import { computed, onBeforeUnmount, onMounted } from 'vue'

import { useDrafts } from '@/stores/drafts'
import { useThread } from '@/stores/thread'

export function useWriting(id: string) {
  const drafts = useDrafts()
  const thread = useThread()
  const writing = computed(() => drafts.of(id))
  const isNote = computed(() => writing.value.tab === 'note')
  const text = computed({
    get: () => writing.value[writing.value.tab],
    set: (value) => {
      if (!text.value && value) writing.value.base = thread.newest
      writing.value[writing.value.tab] = value
      drafts.changed(id)
    },
  })

  /** What stands in the thread has been seen: it is no longer in the way. */
  function acknowledge(): void {
    writing.value.base = thread.newest
    drafts.changed(id)
  }

  const hidden = () => document.visibilityState === 'hidden' && drafts.flush()
  onMounted(() => {
    document.addEventListener('visibilitychange', hidden)
    window.addEventListener('pagehide', drafts.flush)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', hidden)
    window.removeEventListener('pagehide', drafts.flush)
    drafts.flush()
  })

  return { writing, isNote, text, acknowledge, changed: () => drafts.changed(id) }
}
