/** Commands that work on every page: where to go, how to look, whether to be given work. */

import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'

import type { PresenceStatus } from '@/api/types'
import { attempt } from '@/shell/say'
import { usePreferences } from '@/stores/preferences'
import { usePresence } from '@/stores/presence'
import { useSession } from '@/stores/session'

import { provideCommands, type Command } from './commands'

export function useGlobalCommands(sheet: () => void): void {
  const { t, locale } = useI18n()
  const router = useRouter()
  const session = useSession()
  const preferences = usePreferences()
  const presence = usePresence()

  const go = (to: string, title: string, keys?: string): Command => ({
    id: `go ${to}`,
    group: t('commands.go'),
    title,
    ...(keys ? { keys } : {}),
    run: () => void router.push(to),
  })

  function places(): Command[] {
    if (!session.may('conversations.read')) return [go('/settings', t('nav.settings'))]
    const views = ['mine', 'unassigned', 'mentions', 'all', 'bot', 'snoozed', 'closed']
    return [
      ...views.map((view) => go(`/inbox/${view}`, t(`view.${view}`))),
      go('/search', t('nav.search'), 'Alt+V'),
      ...(session.may('conversations.supervise') ? [go('/supervision', t('nav.supervision'), 'Alt+U')] : []),
      go('/settings', t('nav.settings'), 'Alt+S'),
    ]
  }

  function standing(): Command[] {
    if (!session.may('conversations.reply')) return []
    return (['online', 'busy', 'away'] as PresenceStatus[]).map((status) => ({
      id: `presence ${status}`,
      group: t('presence.title'),
      title: t(`presence.${status}`),
      preview: t(`presence.${status}_means`),
      run: () => void attempt(() => presence.choose(status)),
    }))
  }

  function looks(): Command[] {
    const group = t('commands.look')
    return [
      { id: 'theme dark', group, title: t('shell.dark'), run: () => void attempt(() => preferences.change({ theme: 'dark' })) },
      { id: 'theme light', group, title: t('shell.light'), run: () => void attempt(() => preferences.change({ theme: 'light' })) },
      {
        id: 'language',
        group,
        title: t('shell.language'),
        run: () => void attempt(() => preferences.change({ language: locale.value === 'en' ? 'zh' : 'en' })),
      },
      { id: 'keys help', group, title: t('keys.title'), keys: '?', run: sheet },
    ]
  }

  provideCommands(() => [...places(), ...standing(), ...looks()])
}
