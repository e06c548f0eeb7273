/** Names that the skills matrix has, to be offered where a rule needs one. */

import { routing, type Skilled } from '@/api/routing'

import { namesOf } from '../skills/grid'

export interface Known {
  skills: string[]
  languages: string[]
  regions: string[]
  departments: string[]
  cleared: string[]
}

export const NOTHING_KNOWN: Known = { skills: [], languages: [], regions: [], departments: [], cleared: [] }

/** A house of thousands has said all its names within the first pages; more may be typed. */
const PAGES = 10

export async function knownNames(): Promise<Known> {
  const people: Skilled[] = []
  let after: string | null = null
  for (let page = 0; page < PAGES; page += 1) {
    const found: { items: readonly Skilled[]; next: string | null } = await routing.skills(after)
    people.push(...found.items)
    after = found.next
    if (!after) break
  }
  const able = people.map((one) => one.abilities)
  return {
    skills: namesOf(able, 'skills'), languages: namesOf(able, 'languages'), regions: namesOf(able, 'regions'),
    departments: namesOf(able, 'departments'), cleared: namesOf(able, 'cleared'),
  }
}
