/** Finding a canned reply by what was typed after `/`, and filling in what is known. Pure; the same rules as the hub's. */

import type { Canned } from '@/api/settings'

const PLACE = /([，,、 ]?)\{\{\s*([a-z_.]{1,64})\s*\}\}/g

function rank(canned: Canned, typed: string): number {
  if (canned.shortcut.startsWith(typed)) return 0
  if (canned.initials?.startsWith(typed)) return 1
  if (canned.title.toLowerCase().includes(typed)) return 2
  return canned.initials?.includes(typed) || canned.body.toLowerCase().includes(typed) ? 3 : -1
}

export function suiting(all: readonly Canned[], typed: string, most = 30): Canned[] {
  const wanted = typed.trim().toLowerCase()
  return all
    .map((canned) => ({ canned, place: rank(canned, wanted) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place || a.canned.shortcut.localeCompare(b.canned.shortcut))
    .slice(0, most)
    .map(({ canned }) => canned)
}

/** What is not known becomes nothing, and takes the comma before it along: 您好，！ is 您好！ */
export function filled(body: string, facts: Readonly<Record<string, string>>): string {
  return body.replace(PLACE, (_, before: string, name: string) => (facts[name] ? before + facts[name] : ''))
}
