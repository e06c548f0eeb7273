/** Whether this agent may be given work, how much they have, and how the colleagues stand. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { staff, type Colleague } from '@/api/staff'
import type { PresenceStatus } from '@/api/types'

import { say } from '@/i18n'
import { sayWarning } from '@/shell/say'

import { useCatalog } from './catalog'
import { useSession } from './session'

export const usePresence = defineStore('presence', () => {
  const session = useSession()
  const status = ref<PresenceStatus>('away')
  const load = ref(0)
  const capacity = ref(0)
  const team = ref<Record<string, Colleague>>({})
  const colleagues = computed(() => Object.values(team.value))

  /** `by` is the lead who set a colleague's presence, if one did. */
  function heard(told: Omit<Colleague, 'name'>, by = ''): void {
    const held = team.value[told.user]
    team.value = { ...team.value, [told.user]: { name: held?.name ?? '', ...told } }
    if (told.user !== session.user?.id) return
    const name = by && told.status !== status.value ? (useCatalog().userNames.get(by) ?? '') : ''
    if (name) sayWarning(say('presence.set_by', { name, status: say(`presence.${told.status}`) }))
    else if (told.status === 'away' && status.value !== 'away') sayWarning(say('presence.set_away'))
    status.value = told.status
    load.value = told.load
    capacity.value = told.capacity
  }

  async function fetch(): Promise<void> {
    const [own, others] = await Promise.all([staff.presence(), staff.team()])
    team.value = Object.fromEntries(others.items.map((item) => [item.user, item]))
    const mine = session.user ? team.value[session.user.id] : undefined
    status.value = own.status
    load.value = own.load ?? mine?.load ?? 0
    capacity.value = own.capacity ?? mine?.capacity ?? session.user?.capacity ?? 0
  }

  /** Shown at once, and taken back when the hub refuses. */
  async function choose(wanted: PresenceStatus): Promise<void> {
    const before = status.value
    status.value = wanted
    try {
      await staff.setPresence(wanted)
    } catch (error) {
      status.value = before
      throw error
    }
  }

  return { status, load, capacity, team, colleagues, heard, fetch, choose }
})
