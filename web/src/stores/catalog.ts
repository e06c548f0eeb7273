/** What changes seldom and is named everywhere: colleagues, teams, labels, inboxes, canned replies. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { settings, type Canned, type Inbox, type Label } from '@/api/settings'
import { staff, type Permission, type Team, type User } from '@/api/staff'

import { useSession } from './session'

export const useCatalog = defineStore('catalog', () => {
  const users = ref<User[]>([])
  const teams = ref<Team[]>([])
  const labels = ref<Label[]>([])
  const inboxes = ref<Inbox[]>([])
  const canned = ref<Canned[]>([])

  const userNames = computed(() => new Map(users.value.map((user) => [user.id, user.name])))
  const teamNames = computed(() => new Map(teams.value.map((team) => [team.id, team.name])))
  const inboxNames = computed(() => new Map(inboxes.value.map((inbox) => [inbox.id, inbox.name])))
  const labelColours = computed(() => new Map(labels.value.map((label) => [label.name, label.colour])))
  const colleagues = computed(() => users.value.filter((user) => user.active !== false))

  const sources: Record<string, [Permission, () => Promise<void>]> = {
    users: ['users.read', async () => void (users.value = (await staff.users()).items)],
    teams: ['teams.read', async () => void (teams.value = (await staff.teams()).items)],
    labels: ['labels.read', async () => void (labels.value = (await settings.labels()).items)],
    inboxes: ['inboxes.read', async () => void (inboxes.value = (await settings.inboxes()).items)],
    canned: ['canned.read', async () => void (canned.value = (await settings.canned()).items)],
  }

  async function fetch(...names: (keyof typeof sources)[]): Promise<void> {
    const session = useSession()
    const wanted = (names.length ? names : Object.keys(sources)).map((name) => sources[name])
    await Promise.all(wanted.map((source) => (source && session.may(source[0]) ? source[1]() : undefined)))
  }

  return { users, teams, labels, inboxes, canned, userNames, teamNames, inboxNames, labelColours, colleagues, fetch }
})
