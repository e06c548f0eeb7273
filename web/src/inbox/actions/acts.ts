/** What can be done with the open conversation, for buttons, keys and the command bar alike. */

import { computed, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'

import { conversations } from '@/api/conversations'
import type { Conversation, Priority } from '@/api/types'
import { attempt } from '@/shell/say'
import { useInbox } from '@/stores/inbox'
import { useSession } from '@/stores/session'

export type Dialog = 'transfer' | 'resolve' | 'snooze' | 'labels' | null

export function useActs(row: Ref<Conversation | null>) {
  const { t } = useI18n()
  const inbox = useInbox()
  const session = useSession()
  const busy = ref('')
  const dialog = ref<Dialog>(null)

  const me = computed(() => session.user?.id ?? '')
  const mayReply = computed(() => session.may('conversations.reply'))
  const closed = computed(() => row.value?.state === 'closed')
  const mine = computed(() => row.value?.state === 'agent' && row.value.agent === me.value)
  const offered = computed(() => row.value?.offered_to === me.value)
  const canTake = computed(() => {
    if (!row.value || !mayReply.value || closed.value || mine.value || offered.value) return false
    return row.value.state !== 'agent' || session.may('conversations.takeover')
  })

  /** One act at a time; the answer is taken into the lists before the socket tells it. */
  async function act(name: string, run: (id: string) => Promise<Conversation>, good = ''): Promise<boolean> {
    const id = row.value?.id
    if (!id || busy.value || !mayReply.value) return false
    busy.value = name
    const done = await attempt(async () => inbox.changed(await run(id)), good)
    busy.value = ''
    return done
  }

  const take = () => act('take', conversations.take, t('act.taken'))
  const reopen = () => act('reopen', conversations.reopen, t('act.reopened'))
  const handToBot = () => act('bot', conversations.handToBot, t('act.handed_to_bot'))
  const wake = () => act('snooze', (id) => conversations.snooze(id, null))
  const resolve = (ask: boolean) => act('resolve', (id) => conversations.resolve(id, ask), t('act.resolved'))
  const snooze = (until: Date) =>
    act('snooze', (id) => conversations.snooze(id, until.toISOString()), t('act.snoozed'))
  const label = (labels: string[]) => act('labels', (id) => conversations.patch(id, { labels }))
  const prioritise = (priority: Priority) => act('priority', (id) => conversations.patch(id, { priority }))
  const hold = (whom: '' | 'supplier') => act('hold', (id) => conversations.hold(id, whom))
  const transfer = (to: { team?: string; agent?: string; note?: string }) =>
    act('transfer', (id) => conversations.transfer(id, to), t('act.transferred'))

  return {
    busy, dialog, me, mayReply, closed, mine, offered, canTake,
    take, reopen, handToBot, wake, resolve, snooze, label, prioritise, hold, transfer,
  }
}

export type Acts = ReturnType<typeof useActs>
