/** Texts registered at a provider, with their places filled. Pure. */

import type { TemplateCard } from '@/api/channels'

const PLACE = /\$?\{\{?\s*([\p{L}\p{N}_.]+?)(?:\.DATA)?\s*\}?\}/gu

/** The places to fill: those the card names, else those its text shows. */
export function namesIn(card: TemplateCard): string[] {
  if (card.variables?.length) return [...card.variables]
  return [...new Set([...(card.body ?? '').matchAll(PLACE)].map((match) => match[1] ?? ''))].filter(Boolean)
}

/** How it will read; an empty place keeps its name. Without a text, the places one a line. */
export function filledTemplate(card: TemplateCard, values: Readonly<Record<string, string>>): string {
  const filled = (name: string) => values[name]?.trim() || `{${name}}`
  if (card.body) return card.body.replace(PLACE, (_, name: string) => filled(name))
  return [card.title, ...namesIn(card).map((name) => `${name}: ${filled(name)}`)].join('\n')
}
