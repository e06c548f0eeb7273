// The frames of docs/protocols.md, section 3, as the widget sees them.

export interface Choice { label: string; value: string }
export interface FormField {
  name: string
  label: string
  kind?: 'text' | 'email' | 'phone' | 'choice'
  required?: boolean
  choices?: Choice[]
}
export interface Media {
  type: 'image' | 'audio' | 'video' | 'file'
  blob: string
  name: string
  media_type: string
  size: number
  width?: number | null
  height?: number | null
}
export type Part =
  | { type: 'text'; body: string }
  | Media
  | { type: 'location'; latitude: number; longitude: number; label?: string }
  | { type: 'card'; url: string; title: string; text?: string }
  | { type: 'choices'; body: string; choices: Choice[] }
  | { type: 'form'; name: string; fields?: FormField[]; answers?: Record<string, string> }
  | { type: 'notice'; code: string }

export type Lasting =
  | { type: 'send'; client_id: string; parts: Part[] }
  | { type: 'form'; client_id: string; name: string; answers: Record<string, string> }
  | { type: 'rate'; client_id: string; stars: number; comment: string; conversation: string }
  | { type: 'end'; client_id: string; conversation: string }
export type Passing =
  | { type: 'typing'; on: boolean }
  | { type: 'read'; seq: number; conversation: string }
  | { type: 'ping' }
export type ClientFrame = Lasting | Passing

export interface Message {
  type: 'message'
  conversation: string
  seq: number
  client_id?: string
  from: 'me' | 'agent' | 'bot' | 'system'
  name?: string
  parts: Part[]
  at: string
  status: string
}
export interface Standing {
  conversation?: string
  state: string
  agent?: string
  queue_position?: number
  wait_low?: number
  wait_high?: number
  rate?: boolean
}
export type ServerFrame =
  | ({ type: 'hello'; visitor: string; seq: number } & Standing)
  | Message
  | { type: 'accepted'; client_id: string }
  | { type: 'refused'; client_id: string; code: string; detail: string }
  | { type: 'status'; conversation: string; seq: number; status: string }
  | { type: 'typing'; on: boolean; name?: string }
  | { type: 'read'; conversation: string; seq: number }
  | ({ type: 'state' } & Standing)
  | { type: 'pong' }
  | { type: 'error'; code: string; detail: string }

export interface Config {
  title: string
  colour: string
  greeting: string
  offline: string
  language: string
  hours: { open: boolean; next_open_at?: string | null }
  pre_chat: FormField[]
  upload: { max_bytes: number; types: string[] }
  rating: boolean
  identity: 'off' | 'optional' | 'required'
  bot_name: string
}
export interface Identity { id: string; name?: string; email?: string; phone?: string; hmac?: string }
