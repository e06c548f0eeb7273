/** The shapes of the wire (docs/protocols.md section 1), as the hub's Structs name them. */

export interface Page<T> {
  items: T[]
  next: string | null
}

export type State = 'bot' | 'waiting' | 'agent' | 'closed'
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
export type AuthorKind = 'customer' | 'agent' | 'bot' | 'system'
export type Status = 'queued' | 'sent' | 'unknown' | 'delivered' | 'read' | 'failed'
export type PresenceStatus = 'online' | 'busy' | 'away'

export interface Address {
  channel: string
  user: string
}

export interface Author {
  kind: AuthorKind
  id?: string
  name?: string
}

export interface Offer {
  agent: string
  until: string
}

export interface Preview {
  text: string
  author: AuthorKind
  at: string
}

export interface Rating {
  stars: number
  comment?: string
  at: string
}

export interface Conversation {
  id: string
  version: number
  inbox: string
  address: Address
  profile: string
  name?: string
  subject?: string
  state: State
  live?: boolean
  team?: string | null
  agent?: string | null
  bot?: string | null
  offer?: Offer | null
  offered_to?: string | null
  priority?: Priority
  labels?: string[]
  followers?: string[]
  language?: string
  seq?: number
  customer_seq?: number
  agent_seq?: number
  customer_read?: number
  last?: Preview | null
  last_at: string
  waiting_since?: string | null
  queued_at?: string | null
  snoozed_until?: string | null
  opened_at: string
  first_reply_at?: string | null
  closed_at?: string | null
  rating?: Rating | null
  changed_at: string
}

/** A row of a list: the conversation and how far this user has read. */
export interface Row extends Conversation {
  read_seq?: number
}

export interface Media {
  type: 'image' | 'audio' | 'video' | 'file'
  blob: string
  name: string

  media_type: string
  size: number
  width?: number | null
  height?: number | null
  seconds?: number | null
}

export interface Choice {
  label: string
  value: string
}

export interface FormField {
  name: string
  label: string
  kind?: 'text' | 'email' | 'phone' | 'choice'
  required?: boolean
  choices?: Choice[]
}

export type TextPart = { type: 'text'; body: string }
export type HtmlPart = { type: 'html'; body: string; text?: string }
export type LocationPart = { type: 'location'; latitude: number; longitude: number; label?: string }
export type CardPart = { type: 'card'; url: string; title: string; text?: string; image?: string }
export type ChoicesPart = { type: 'choices'; body: string; choices: Choice[] }
export type FormPart = { type: 'form'; name: string; fields?: FormField[]; answers?: Record<string, string> }
export type TemplatePart = { type: 'template'; template: string; variables?: Record<string, string> }
export type NoticePart = { type: 'notice'; code: string; facts?: Record<string, string> }
export type Part =
  | TextPart
  | HtmlPart
  | Media
  | LocationPart
  | CardPart
  | ChoicesPart
  | FormPart
  | TemplatePart
  | NoticePart

export interface Message {
  id: string
  version: number
  conversation: string
  inbox: string
  seq: number
  direction: 'in' | 'out' | 'note'
  author: Author
  parts: Part[]
  at: string
  sent_at?: string | null
  status?: Status
  reason?: string
  client_id?: string | null
  reply_to?: string
  mentions?: string[]
}

export interface Profile {
  id: string
  version: number
  address?: Address
  channel: string
  user: string
  name?: string
  language?: string
  avatar?: string
  email?: string
  phone?: string
  company?: string
  attributes?: Record<string, string>
  verified?: string[]
  remark?: string
  labels?: string[]
  first_seen: string
  last_seen: string
}

export interface Draft {
  conversation: string
  user: string
  text: string
  note?: boolean
  base_seq?: number
  at: string
}

export interface Candidate {
  agent: string
  name: string
  verdict: string
  load: number
  capacity: number
  idle_seconds: number
}

export interface Decision {
  id: string
  conversation: string
  at: string
  outcome: string
  team?: string | null
  agent?: string | null
  by?: string | null
  waited_seconds?: number
  ahead?: number
  candidates?: Candidate[]
}

export interface ConversationView {
  conversation: Conversation
  profile: Profile | null
  inbox: { id: string; name: string; channel: string; bot?: string | null } | null
  queue_position?: number | null
  draft?: Draft | null
  read_seq?: number
  viewers?: { id: string; name: string; typing?: boolean; drafting?: boolean }[]
}

export interface Hit {
  message: Message
  conversation: Conversation
  snippet: string
  highlights?: { start: number; end: number }[]
}
