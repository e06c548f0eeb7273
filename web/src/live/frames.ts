/** The frames of the live socket (docs/protocols.md section 2). */

import type { Message, PresenceStatus, Row } from '@/api/types'

export interface Viewer {
  id: string
  name: string
  typing?: boolean
  drafting?: boolean
  /** A lead who listens in. */
  listening?: boolean
}

export type ServerFrame =
  | { type: 'hello'; stream: string; n: number }
  | { type: 'conversation'; n: number; row: Row; previous_view?: string | null }
  | { type: 'message'; n: number; conversation: string; seq: number; message: Message }
  | { type: 'gone'; n: number; conversation: string }
  | { type: 'offer'; n: number; conversation: string; until: string }
  | { type: 'offer_over'; n: number; conversation: string }
  | { type: 'presence'; user: string; status: PresenceStatus; load: number; capacity: number; set_by?: string }
  | { type: 'viewing'; conversation: string; users: Viewer[] }
  | { type: 'typing'; conversation: string; who: string; on: boolean; text?: string }
  | { type: 'counts'; views: ViewCount[] }
  | { type: 'session_over' }
  | { type: 'drain' }
  | { type: 'reset'; n: number }
  | { type: 'pong' }

export interface ViewCount {
  id: string
  kind?: string
  team?: string | null
  name?: string
  count: number
  oldest_at?: string | null
}

export type ClientFrame =
  | { type: 'resume'; stream: string; n: number }
  | { type: 'view'; conversation: string | null; listening?: boolean }
  | { type: 'typing'; conversation: string; on: boolean }
  | { type: 'presence'; status: PresenceStatus }
  | { type: 'ping' }

export type Numbered = Extract<ServerFrame, { n: number }>

const KNOWN = new Set<string>([
  'hello',
  'conversation',
  'message',
  'gone',
  'offer',
  'offer_over',
  'presence',
  'viewing',
  'typing',
  'counts',
  'session_over',
  'drain',
  'reset',
  'pong',
])

/** Reads one frame; a newer hub may send what this page does not know, and that is passed over. */
export function parse(text: string): ServerFrame | null {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof frame !== 'object' || frame === null) return null
  const type = (frame as { type?: unknown }).type
  return typeof type === 'string' && KNOWN.has(type) ? (frame as ServerFrame) : null
}
