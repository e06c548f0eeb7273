/** How this person likes the pages: on the hub for every machine, and here for the log-in page. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import { staff, type Preferences } from '@/api/staff'
import { browserLanguage, setLanguage, type Language } from '@/i18n'
import { setTheme } from '@/theme/theme'

const KEY = 'yizhan.preferences'

function remembered(): Preferences {
  const start: Preferences = {
    language: '',
    theme: 'system',
    enter_sends: true,
    sound: true,
    notifications: false,
  }
  try {
    return { ...start, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) }
  } catch {
    return start
  }
}

export const usePreferences = defineStore('preferences', () => {
  const now = ref<Preferences>(remembered())

  function tongue(): Language {
    if (now.value.language === '') return browserLanguage()
    return now.value.language === 'en' ? 'en' : 'zh-CN'
  }

  async function apply(): Promise<void> {
    localStorage.setItem(KEY, JSON.stringify(now.value))
    setTheme(now.value.theme)
    await setLanguage(tongue())
  }

  /** The hub's copy wins over this machine's; only a language it does not know is taken from here. */
  async function fetch(): Promise<void> {
    const told = await staff.preferences()
    now.value = { ...now.value, ...told, language: told.language || now.value.language }
    await apply()
  }

  async function change(part: Partial<Preferences>, save = true): Promise<void> {
    now.value = { ...now.value, ...part }
    await apply()
    if (save) await staff.savePreferences(now.value)
  }

  return { now, apply, fetch, change }
})
