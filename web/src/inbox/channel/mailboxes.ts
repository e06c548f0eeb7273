/** Mail addresses as people type and paste them: `Name <user@host>`, separated by commas, semicolons, spaces or lines. Pure. */

const PLAIN = /^[^\s@<>()[\],;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u

/** The address inside a mailbox, in small letters. */
export function addressOf(mailbox: string): string {
  const inner = /<([^<>]*)>\s*$/.exec(mailbox)
  return (inner?.[1] ?? mailbox).trim().toLowerCase()
}

export function valid(mailbox: string): boolean {
  return mailbox.length <= 320 && !/[\r\n]/.test(mailbox) && PLAIN.test(addressOf(mailbox))
}

/** What was typed, cut into mailboxes; a name in quotes or before `<` keeps its spaces and commas. */
export function split(text: string): string[] {
  const found: string[] = []
  let one = ''
  let quoted = false
  for (const letter of text) {
    if (letter === '"') quoted = !quoted
    const ends = /[,;，；\r\n]/.test(letter) || (/\s/.test(letter) && addressEnded(one))
    if (!quoted && ends) {
      found.push(one)
      one = ''
    } else one += letter
  }
  found.push(one)
  return found.map((item) => item.trim()).filter(Boolean)
}

/** A space ends a bare address and what stands behind `>`, but not a name. */
function addressEnded(text: string): boolean {
  return />\s*$/.test(text) || (!text.includes('<') && PLAIN.test(text.trim().toLowerCase()))
}

/** Adds without doubling: one address is written once, however it is spelled. */
export function joined(held: readonly string[], more: readonly string[]): string[] {
  const known = new Set(held.map(addressOf))
  return [...held, ...more.filter((item) => !known.has(addressOf(item)) && known.add(addressOf(item)))]
}

/** The name if there is one, else the address. */
export function shown(mailbox: string): string {
  const name = /^(.*?)\s*<[^<>]*>\s*$/.exec(mailbox)?.[1]?.replace(/^"|"$/g, '').trim()
  return name || addressOf(mailbox)
}
