/** Where this page stands in the stream of events, and what each frame means for that. Pure. */

import type { ServerFrame } from './frames'

export interface Position {
  stream: string
  n: number
}

export type Verdict =
  | { kind: 'apply'; position: Position | null }
  /** What is shown may be old: fetch it again, from here on. */
  | { kind: 'refetch'; position: Position }
  | { kind: 'seen' }

/** The first frame after a connection: a stranger's stream means that nothing can be resumed. */
export function greeted(position: Position | null, stream: string, n: number): Verdict {
  if (position && position.stream === stream && position.n <= n) return { kind: 'apply', position }
  return { kind: 'refetch', position: { stream, n } }
}

export function advance(position: Position | null, frame: ServerFrame): Verdict {
  if (frame.type === 'hello') return greeted(position, frame.stream, frame.n)
  if (frame.type === 'reset') return { kind: 'refetch', position: { stream: position?.stream ?? '', n: frame.n } }
  if (!('n' in frame) || !position) return { kind: 'apply', position }
  if (frame.n <= position.n) return { kind: 'seen' }
  const next = { stream: position.stream, n: frame.n }
  return frame.n === position.n + 1 ? { kind: 'apply', position: next } : { kind: 'refetch', position: next }
}
