/** What the pages of one bot share: the bot, and asking for it again. */

import { inject, type ComputedRef, type InjectionKey, type Ref } from 'vue'

import type { Bot, Version } from '@/api/bots'

export interface Here {
  bot: Ref<Bot | null>
  training: ComputedRef<Version | null>
  manages: boolean
  fetch: () => Promise<void>
}

export const HERE: InjectionKey<Here> = Symbol('bot')

/** The bot that stands around; only its own pages ask. */
export function useHere(): Here {
  const here = inject(HERE)
  if (!here) throw new Error('no bot around this page')
  return here
}
