/** Which settings a form asks for, and what it sends. Pure. */

import type { Channel, Inbox, SettingField, SettingValue } from '@/api/settings'

/** The hub makes or keeps these itself: they are fields of the inbox, not of its channel. */
const OWN = new Set(['site_key'])

export function asked(channel: Channel): SettingField[] {
  return channel.settings.filter((field) => !OWN.has(field.name))
}

/** What a new inbox cannot do without. */
export function needed(channel: Channel): SettingField[] {
  return asked(channel).filter((field) => field.required && (field.default === null || field.default === undefined))
}

export function filledIn(value: SettingValue | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** The values a form begins with: what is kept, else the default; a secret begins empty. */
export function begun(channel: Channel, inbox: Inbox): Record<string, SettingValue> {
  const start = (field: SettingField): SettingValue => {
    if (field.secret) return ''
    return inbox.settings?.[field.name] ?? field.default ?? (field.type === 'list' || field.type === 'form' ? [] : null)
  }
  return Object.fromEntries(asked(channel).map((field) => [field.name, start(field)]))
}

/** Only what was changed goes out; an empty secret keeps the one that is set. */
export function changedOnly(
  channel: Channel,
  before: Record<string, SettingValue>,
  now: Record<string, SettingValue>,
): Record<string, SettingValue> {
  const secret = new Set(channel.settings.filter((field) => field.secret).map((field) => field.name))
  const differs = ([name, value]: [string, SettingValue]) =>
    secret.has(name) ? filledIn(value) : JSON.stringify(value) !== JSON.stringify(before[name])
  return Object.fromEntries(Object.entries(now).filter(differs))
}
