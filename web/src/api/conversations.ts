/** Conversations, their messages and everything an agent does with them. */

import type { components } from '@/schema'

import { api, told } from './client'
import type { Priority } from './types'

export type Sending = components['schemas']['Say']

const at = (id: string) => ({ params: { path: { id } } })
const PATH = '/api/v1/conversations/{id}'

export const conversations = {
  views: () => told(api.GET('/api/v1/views')),
  list: (view: string, after?: string | null, order: '' | 'due' = '') =>
    told(api.GET('/api/v1/conversations', { params: { query: { view, order, ...(after ? { after } : {}) } } })),
  get: (id: string) => told(api.GET(PATH, at(id))),
  messages: (id: string, query: { before?: number; after?: number; limit?: number }) =>
    told(api.GET(`${PATH}/messages`, { params: { path: { id }, query } })),
  send: (id: string, body: Sending) => told(api.POST(`${PATH}/messages`, { ...at(id), body })),
  retry: (id: string, seq: number) =>
    told(api.POST(`${PATH}/messages/{seq}/retry`, { params: { path: { id, seq } } })),
  accept: (id: string) => told(api.POST(`${PATH}/accept`, at(id))),
  decline: (id: string) => told(api.POST(`${PATH}/decline`, at(id))),
  take: (id: string) => told(api.POST(`${PATH}/take`, at(id))),
  transfer: (id: string, to: { team?: string; agent?: string; note?: string }) =>
    told(api.POST(`${PATH}/transfer`, { ...at(id), body: { team: null, agent: null, note: '', ...to } })),
  resolve: (id: string, ask: boolean) => told(api.POST(`${PATH}/resolve`, { ...at(id), body: { ask_rating: ask } })),
  reopen: (id: string) => told(api.POST(`${PATH}/reopen`, at(id))),
  snooze: (id: string, until: string | null) => told(api.POST(`${PATH}/snooze`, { ...at(id), body: { until } })),
  hold: (id: string, waitsFor: '' | 'supplier') => told(api.POST(`${PATH}/hold`, { ...at(id), body: { waits_for: waitsFor } })),
  patch: (id: string, body: { labels?: string[]; priority?: Priority; subject?: string }) =>
    told(api.PATCH(PATH, { ...at(id), body })),
  handToBot: (id: string) => told(api.POST(`${PATH}/hand-to-bot`, at(id))),
  draft: (id: string, body: { text: string; note: boolean; base_seq: number }) =>
    told(api.PUT(`${PATH}/draft`, { ...at(id), body, keepalive: true })),
  read: (id: string, seq: number) => told(api.PUT(`${PATH}/read`, { ...at(id), body: { seq } })),
  decisions: (id: string) => told(api.GET(`${PATH}/decisions`, at(id))),
  search: (q: string, after: string | null, signal: AbortSignal) =>
    told(api.GET('/api/v1/search', { params: { query: { q, ...(after ? { after } : {}) } }, signal })),
}

type Correction = Partial<components['schemas']['Edit']>
const UNTOUCHED = { name: null, email: null, phone: null, company: null, remark: null, labels: null }

export const profiles = {
  patch: (id: string, body: Correction) =>
    told(api.PATCH('/api/v1/profiles/{id}', { ...at(id), body: { ...UNTOUCHED, ...body } })),
  conversations: (id: string) => told(api.GET('/api/v1/profiles/{id}/conversations', at(id))),
}

/** Where the browser fetches a stored file. */
export function blobAddress(blob: string, name: string): string {
  return `/api/v1/blobs/${encodeURIComponent(blob)}?${new URLSearchParams({ name }).toString()}`
}
