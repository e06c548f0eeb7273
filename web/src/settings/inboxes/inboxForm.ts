/** The form of one inbox: what is kept, what was changed, and how it is saved and tried. */

import { computed, reactive, ref } from 'vue'

import { channels, type Tested } from '@/api/channels'
import { settings, type Bot, type Channel, type Hours, type Inbox, type SettingValue } from '@/api/settings'
import { say } from '@/i18n'
import { attempt } from '@/shell/say'
import { useCatalog } from '@/stores/catalog'

import { begun, changedOnly, filledIn } from './fields'

export type General = Pick<Inbox, 'name' | 'team' | 'bot' | 'language' | 'active' | 'ask_rating' | 'reopen_hours' | 'site_key' | 'welcome'>
type Values = Record<string, SettingValue>

export function useInboxForm(id: string) {
  const catalog = useCatalog()
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref<unknown>(null)
  const busy = ref(false)
  const inbox = ref<Inbox | null>(null)
  const channel = ref<Channel | null>(null)
  const bots = ref<Bot[]>([])
  const general = reactive<General>({
    name: '', team: null, bot: null, language: 'zh-CN', active: true, ask_rating: false, reopen_hours: 24, site_key: null, welcome: '',
  })
  const values = ref<Values>({})
  const before = ref<Values>({})
  const hours = ref<Hours>({ zone: 'Asia/Shanghai', week: [], holidays: [], public: '' })

  function take(told: Inbox): void {
    inbox.value = told
    const { name, team, bot, language, active, ask_rating, reopen_hours, site_key, welcome } = told
    Object.assign(general, { name, team, bot, language, active, ask_rating, reopen_hours, site_key, welcome })
    hours.value = told.hours ?? {}
    if (!channel.value) return
    const start = begun(channel.value, told)
    before.value = start
    values.value = JSON.parse(JSON.stringify(start)) as Values
  }

  async function fetch(): Promise<void> {
    try {
      const [told, known, named] = await Promise.all([settings.inbox(id), settings.channels(), settings.bots()])
      channel.value = known.items.find((item) => item.name === told.channel) ?? null
      bots.value = named.items
      take(told)
      state.value = 'ready'
    } catch (error) {
      problem.value = error
      state.value = 'failed'
    }
  }

  const changed = computed(() => (channel.value ? changedOnly(channel.value, before.value, values.value) : {}))
  const dirty = computed(() => Object.keys(changed.value).length > 0)

  async function save(): Promise<boolean> {
    if (!inbox.value || !channel.value) return false
    busy.value = true
    const { site_key, ...rest } = general
    const body = {
      ...rest,
      ...(site_key && site_key !== inbox.value.site_key ? { site_key } : {}),
      hours: hours.value,
      settings: changed.value,
      version: inbox.value.version,
    }
    const saved = await attempt(async () => take(await settings.patchInbox(id, body)), say('action.saved'))
    busy.value = false
    void catalog.fetch('inboxes')
    return saved
  }

  /** What stands in the form, saved or not; secrets that were not typed are those the hub keeps. */
  function test(): Promise<Tested> {
    const name = channel.value?.name ?? ''
    const given = Object.fromEntries(Object.entries(values.value).filter(([, value]) => filledIn(value)))
    return dirty.value ? channels.testUnsaved(name, given, id) : channels.test(id)
  }

  return { state, problem, busy, inbox, channel, bots, general, values, hours, dirty, fetch, take, save, test }
}
