/** The acts of the open conversation in the command bar. */

import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'

import type { Conversation, Priority } from '@/api/types'
import { provideCommands, type Command } from '@/keyboard/commands'
import { useCatalog } from '@/stores/catalog'
import { usePresence } from '@/stores/presence'

import type { Acts } from './acts'
import { presets } from './snoozing'
import { full } from '@/time/words'

const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'urgent']

export function useActCommands(row: Ref<Conversation | null>, acts: Acts, resolveNext: () => void): void {
  const { t } = useI18n()
  const catalog = useCatalog()
  const presence = usePresence()

  const command = (id: string, title: string, run: () => void, more: Partial<Command> = {}): Command => ({
    id, title, group: t('commands.conversation'), run, ...more,
  })
  const show = (dialog: NonNullable<Acts['dialog']['value']>) => () => void (acts.dialog.value = dialog)

  function simple(): Command[] {
    if (acts.closed.value) return [command('reopen', t('act.reopen'), () => void acts.reopen())]
    return [
      ...(acts.canTake.value ? [command('take', t('act.take'), () => void acts.take(), { keys: 'Alt+T' })] : []),
      command('resolve close', t('act.resolve'), show('resolve'), { keys: 'Alt+E', preview: t('resolve.text') }),
      command('resolve next', t('act.resolve_next'), resolveNext, { keys: 'Mod+Alt+E' }),
      command('transfer', t('act.transfer'), show('transfer'), { keys: 'Alt+G' }),
      command('labels tags', t('act.labels'), show('labels'), { keys: 'Alt+B' }),
      command('bot', t('act.hand_to_bot'), () => void acts.handToBot()),
    ]
  }

  function snoozes(): Command[] {
    if (row.value?.snoozed_until) return [command('wake', t('act.wake'), () => void acts.wake())]
    const timed = presets(new Date()).map((preset) =>
      command(`snooze ${preset.key}`, `${t('act.snooze')}${t('commands.colon')}${t(`snooze.${preset.key}`)}`, () => void acts.snooze(preset.at), {
        preview: full(preset.at.getTime()),
      }),
    )
    return [...timed, command('snooze custom', `${t('act.snooze')}${t('commands.colon')}${t('snooze.custom')}`, show('snooze'), { keys: 'Alt+M' })]
  }

  function priorities(): Command[] {
    return PRIORITIES.filter((priority) => priority !== row.value?.priority).map((priority) =>
      command(`priority ${priority}`, `${t('act.priority')}${t('commands.colon')}${t(`priority.${priority}`)}`, () => void acts.prioritise(priority)),
    )
  }

  function transfers(): Command[] {
    const teams = catalog.teams.map((team) =>
      command(`transfer team ${team.id}`, `${t('act.transfer')} → ${team.name}`, () => void acts.transfer({ team: team.id })),
    )
    const agents = catalog.colleagues
      .filter((user) => user.id !== acts.me.value && presence.team[user.id])
      .map((user) =>
        command(`transfer agent ${user.id}`, `${t('act.transfer')} → ${user.name}`, () => void acts.transfer({ agent: user.id }), {
          preview: t(`presence.${presence.team[user.id]?.status ?? 'away'}`),
        }),
      )
    return [...teams, ...agents]
  }

  function labels(): Command[] {
    const held = row.value?.labels ?? []
    return catalog.labels.map(({ name }) => {
      const on = held.includes(name)
      const next = on ? held.filter((label) => label !== name) : [...held, name]
      return command(`label ${name}`, t(on ? 'labels.remove' : 'labels.add', { name }), () => void acts.label(next))
    })
  }

  provideCommands(() => {
    if (!row.value || !acts.mayReply.value) return []
    return acts.closed.value ? simple() : [...simple(), ...snoozes(), ...priorities(), ...transfers(), ...labels()]
  })
}
