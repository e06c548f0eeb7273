/** The title of the window: how many of one's own conversations wait for an answer, so that a tab behind tells it too. */

import { computed, onScopeDispose, watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'

import { unread } from '@/live/rows'
import { useInbox } from '@/stores/inbox'

export function useTitle(): void {
  const { t } = useI18n()
  const inbox = useInbox()
  const waiting = computed(() => {
    const mine = Object.values(inbox.rows).filter((row) => row.state === 'agent' && row.agent === inbox.me.id)
    return mine.filter(unread).length + inbox.offers.length
  })
  watchEffect(() => {
    document.title = waiting.value ? `(${waiting.value}) ${t('brand.name')}` : t('brand.name')
  })
  onScopeDispose(() => void (document.title = t('brand.name')))
}
