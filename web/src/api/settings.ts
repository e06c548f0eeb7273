/** What administrators arrange: inboxes and channels, canned replies, labels, audit, dead letters. */

import { http, seg } from './client'
import type { FormField, Page } from './types'

export interface Bilingual {
  zh: string
  en: string
}

export interface SettingField {
  name: string
  type: 'text' | 'long' | 'url' | 'integer' | 'flag' | 'choice' | 'list' | 'form' | 'colour'
  label: Bilingual
  help: Bilingual
  required?: boolean
  secret?: boolean
  default?: SettingValue
  pattern?: string
  choices?: { value: string; label: Bilingual }[]
  low?: number | null
  high?: number | null
}

export type SettingValue = string | number | boolean | string[] | FormField[] | null

export interface Channel {
  name: string
  title: Bilingual
  about: Bilingual
  carries: string[]
  limits?: { text?: number; attachment_bytes?: number; attachment_types?: string[] }
  settings: SettingField[]
  webhook?: boolean
}

export interface Interval {
  day: number
  start: number
  end: number
}

export interface Holiday {
  date: string
  name?: string
  open?: [number, number][]
}

export interface Hours {
  zone?: string
  week?: Interval[]
  holidays?: Holiday[]
}

export interface Inbox {
  id: string
  version?: number
  name: string
  channel: string
  site_key?: string | null
  team?: string | null
  bot?: string | null
  language?: string
  active?: boolean
  hours?: Hours
  settings?: Record<string, SettingValue>
  /** Which secrets are set; their values never come back. */
  secrets?: string[]
  /** Where the provider calls. */
  address?: string
  /** Why an active inbox does not work. */
  fault?: string
  ask_rating?: boolean
  reopen_hours?: number
}

export interface Bot {
  id: string
  name: string
}

export interface Canned {
  id: string
  version?: number
  shortcut: string
  title: string
  body: string
  team?: string | null
  /** First letters of the title's syllables: 退款说明 is tksm. */
  initials?: string
}

export interface Label {
  id: string
  name: string
  colour: string
}

export interface AuditRecord {
  id: string
  seq: number
  at: string
  user: string
  name: string
  action: string
  target: string
  changes?: { field: string; before?: string | null; after?: string | null }[]
  ip?: string
}

export interface DeadJob {
  id: string
  kind: string
  lane?: string
  at?: string
  attempts?: number
  reason?: string
  [more: string]: unknown
}

export const settings = {
  channels: () => http.get<Page<Channel>>('/channels'),
  inboxes: () => http.get<Page<Inbox>>('/inboxes', { limit: 100 }),
  inbox: (id: string) => http.get<Inbox>(`/inboxes/${seg(id)}`),
  bots: () => http.get<Page<Bot>>('/bots'),
  createInbox: (body: Record<string, unknown>) => http.post<Inbox>('/inboxes', body),
  patchInbox: (id: string, body: Record<string, unknown>) => http.patch<Inbox>(`/inboxes/${seg(id)}`, body),
  deleteInbox: (id: string) => http.delete(`/inboxes/${seg(id)}`),
  canned: () => http.get<Page<Canned>>('/canned', { limit: 100 }),
  createCanned: (body: Partial<Canned>) => http.post<Canned>('/canned', body),
  patchCanned: (id: string, body: Partial<Canned>) => http.patch<Canned>(`/canned/${seg(id)}`, body),
  deleteCanned: (id: string) => http.delete(`/canned/${seg(id)}`),
  labels: () => http.get<Page<Label>>('/labels', { limit: 100 }),
  createLabel: (body: { name: string; colour: string }) => http.post<Label>('/labels', body),
  deleteLabel: (id: string) => http.delete(`/labels/${seg(id)}`),
  audit: (after?: string | null) => http.get<Page<AuditRecord>>('/audit', { after }),
  dead: (after?: string | null) => http.get<Page<DeadJob>>('/jobs/dead', { after }),
  replay: (id: string) => http.post<unknown>(`/jobs/${seg(id)}/replay`),
}
