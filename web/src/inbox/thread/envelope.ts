/** What the outside of a mail tells a reader. Pure. */

/** The proofs that spoke against the sender; `none`, `neutral` and passing troubles prove nothing either way. */
export function unproved(proofs: Readonly<Record<string, string>> | undefined): string[] {
  const failed = Object.entries(proofs ?? {}).filter(([, result]) => /^(fail|softfail|permerror|reject|quarantine)\b/i.test(result))
  return failed.map(([proof]) => proof.toUpperCase()).sort()
}

/** A subject without what answers and forwards put before it: two mails of one thread compare equal. */
export function bare(subject: string): string {
  let rest = subject.trim()
  for (let before = ''; rest !== before; ) {
    before = rest
    rest = rest.replace(/^(re|aw|sv|fw|fwd|回复|答复|回覆|转发|轉寄)(\[\d+\])?\s*[:：]\s*/i, '').trim()
  }
  return rest.replace(/\s+/g, ' ').toLowerCase()
}
