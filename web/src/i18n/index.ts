/** Words of the pages: Chinese is in the entry, English comes when it is chosen. */

import { createI18n } from 'vue-i18n'

import zh from './zh-CN.json'

export type Language = 'zh-CN' | 'en'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as string,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh } as Record<string, typeof zh>,
})

export async function setLanguage(language: Language): Promise<void> {
  if (language === 'en' && !(i18n.global.availableLocales as string[]).includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('./en.json')).default as typeof zh)
  }
  i18n.global.locale.value = language
  document.documentElement.lang = language
}

export function browserLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

/** For code outside components. */
export function say(key: string, named: Record<string, unknown> = {}): string {
  return i18n.global.t(key, named)
}
