/** Faults of a file as the editor marks them. Pure. */

import type { Diagnostic } from '@codemirror/lint'
import type { Text } from '@codemirror/state'

import type { Fault } from '@/api/bots'

/** A fault marks its whole line; one past the end marks the last. */
export function diagnostics(doc: Text, faults: readonly Fault[]): Diagnostic[] {
  return faults.map((fault) => {
    const line = doc.line(Math.min(Math.max(fault.line, 1), doc.lines))
    const message = fault.hint ? `${fault.message}\n${fault.hint}` : fault.message
    return { from: line.from, to: line.to, severity: fault.severity === 'warning' ? 'warning' : 'error', message }
  })
}
