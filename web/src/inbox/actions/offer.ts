/** Saying yes or no to an offer; yes opens the conversation. */

import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'

import { conversations } from '@/api/conversations'
import { attempt } from '@/shell/say'
import { useInbox } from '@/stores/inbox'

export function useOffer() {
  const { t } = useI18n()
  const router = useRouter()
  const inbox = useInbox()
  const busy = ref(false)

  async function accept(id: string): Promise<void> {
    busy.value = true
    const done = await attempt(async () => inbox.changed(await conversations.accept(id)), t('offer.accepted'))
    busy.value = false
    if (done) await router.push({ name: 'inbox', params: { view: 'mine', conversation: id } })
  }

  async function decline(id: string): Promise<void> {
    busy.value = true
    await attempt(async () => inbox.changed(await conversations.decline(id)))
    busy.value = false
  }

  return { busy, accept, decline }
}
