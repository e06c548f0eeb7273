/** A text that a channel brings in both languages, in the reader's. */
import type { Bilingual } from '@/api/settings'

export function inTongue(text: Bilingual | undefined, locale: string): string {
  return text ? (locale === 'en' ? text.en : text.zh) : ''
}
