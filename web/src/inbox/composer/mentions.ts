/** Who is meant by `@name` in a note. Pure; longer names are found first, so 王小明 is not taken for 王小. */

export interface Named {
  id: string
  name: string
}

export function mentioned(text: string, people: readonly Named[]): string[] {
  let rest = text
  const found: string[] = []
  for (const person of [...people].sort((a, b) => b.name.length - a.name.length)) {
    if (!person.name || !rest.includes(`@${person.name}`)) continue
    rest = rest.replaceAll(`@${person.name}`, ' ')
    found.push(person.id)
  }
  return found
}

export function suitingPeople<T extends Named>(people: readonly T[], typed: string, most = 12): T[] {
  const wanted = typed.toLowerCase()
  return people.filter((person) => person.name.toLowerCase().includes(wanted)).slice(0, most)
}
