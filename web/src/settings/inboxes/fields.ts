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

/** The values a new inbox begins with. */
export function defaults(channel: Channel): Record<string, SettingValue> {
  return begun(channel, { settings: {} } as Inbox)
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

export interface FieldGroup {
  /** Empty for what stands first; `imap` and the like for what belongs together. */
  name: string
  folded: boolean
  fields: SettingField[]
}

/** Addresses of a provider's API, tolerances and keys of before: right for almost everybody as they are. */
const RARE = /^(api|messages|media|open|token|authorise|qr)_url$|_before$|^tolerance_|^tls_ca$/
const TOGETHER = 3

/** The fields in the order of the manifest: those with a common first word together, those rarely touched behind a fold. */
export function arranged(channel: Channel): FieldGroup[] {
  const fields = asked(channel)
  const rare = (field: SettingField) => !field.required && RARE.test(field.name)
  const first = (field: SettingField) => field.name.split('_')[0] ?? ''
  const words = fields.filter((field) => !rare(field)).map(first)
  const groups: FieldGroup[] = [{ name: '', folded: false, fields: [] }]
  for (const field of fields) {
    const word = words.filter((other) => other === first(field)).length >= TOGETHER ? first(field) : ''
    const name = rare(field) ? 'rare' : word
    let group = groups.find((held) => held.name === name)
    if (!group) groups.push((group = { name, folded: rare(field), fields: [] }))
    group.fields.push(field)
  }
  return groups.filter((group) => group.fields.length).sort((a, b) => Number(a.folded) - Number(b.folded))
}
