/** Texts that a channel brings in both languages, in the reader's. */
import type { Bilingual, SettingField } from '@/api/settings'

export function inTongue(text: Bilingual | undefined, locale: string): string {
  return text ? (locale === 'en' ? text.en : text.zh) : ''
}

/** The hub names settings as programs do; people know them by what stands over the field. */
export function withLabels(text: string, fields: readonly SettingField[], locale: string): string {
  const marked = (label: string) => (locale === 'en' ? `"${label}"` : `“${label}”`)
  const labels = new Map(fields.map((field) => [field.name, inTongue(field.label, locale)]))
  return text.replace(/`([a-z][a-z0-9_]*)`/g, (whole, name: string) => (labels.has(name) ? marked(labels.get(name) ?? name) : whole))
}
