/** Conversations, their messages and everything an agent does with them. */

import type { ViewCount } from '@/live/frames'

import { address, http, seg } from './client'
import type { Conversation, ConversationView, Decision, Hit, Message, Page, Part, Priority, Profile, Row } from './types'

export interface Sending {
  client_id: string
  parts: Part[]
  seen_seq: number
  note?: boolean
  mentions?: string[]
  reply_to?: string
}

const of = (id: string) => `/conversations/${seg(id)}`

export const conversations = {
  views: () => http.get<{ views: ViewCount[] }>('/views'),
  list: (view: string, after?: string | null, label?: string) =>
    http.get<Page<Row>>('/conversations', { view, after, label }),
  get: (id: string) => http.get<ConversationView>(of(id)),
  messages: (id: string, query: { before?: number; after?: number; limit?: number } = {}) =>
    http.get<Page<Message>>(`${of(id)}/messages`, query),
  send: (id: string, body: Sending) => http.post<Message>(`${of(id)}/messages`, body),
  retry: (id: string, seq: number) => http.post<Message>(`${of(id)}/messages/${seg(seq)}/retry`),
  accept: (id: string) => http.post<Conversation>(`${of(id)}/accept`),
  decline: (id: string) => http.post<Conversation>(`${of(id)}/decline`),
  take: (id: string) => http.post<Conversation>(`${of(id)}/take`),
  transfer: (id: string, to: { team?: string; agent?: string; note?: string }) =>
    http.post<Conversation>(`${of(id)}/transfer`, to),
  resolve: (id: string, askRating: boolean) =>
    http.post<Conversation>(`${of(id)}/resolve`, { ask_rating: askRating }),
  reopen: (id: string) => http.post<Conversation>(`${of(id)}/reopen`),
  snooze: (id: string, until: string | null) => http.post<Conversation>(`${of(id)}/snooze`, { until }),
  patch: (id: string, body: { labels?: string[]; priority?: Priority; subject?: string }) =>
    http.patch<Conversation>(of(id), body),
  handToBot: (id: string) => http.post<Conversation>(`${of(id)}/hand-to-bot`),
  draft: (id: string, body: { text: string; note: boolean; base_seq: number }) =>
    http.put<unknown>(`${of(id)}/draft`, body),
  read: (id: string, seq: number) => http.put<unknown>(`${of(id)}/read`, { seq }),
  decisions: (id: string) => http.get<Page<Decision>>(`${of(id)}/decisions`),
  search: (q: string, after?: string | null, signal?: AbortSignal) => http.get<Page<Hit>>('/search', { q, after }, signal),
}

export const profiles = {
  get: (id: string) => http.get<Profile>(`/profiles/${seg(id)}`),
  patch: (id: string, body: Partial<Profile>) => http.patch<Profile>(`/profiles/${seg(id)}`, body),
  conversations: (id: string, after?: string | null) =>
    http.get<Page<Conversation>>(`/profiles/${seg(id)}/conversations`, { after }),
}

/** Where the browser fetches a stored file. */
export function blobAddress(blob: string, name: string): string {
  return address(`/blobs/${seg(blob)}`, { name })
}
