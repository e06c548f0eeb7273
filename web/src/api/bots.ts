/** Bots: their files, versions, reports, the console, and what they did not understand. */

import type { components } from '@/schema'

import { api, told } from './client'
import type { Page } from './types'

type Schemas = components['schemas']

export type BotRow = Schemas['BotShown']
export type Bot = Schemas['BotDetail']
export type Version = Schemas['VersionShown']
export type VersionDetail = Schemas['VersionDetail']
export type Report = Schemas['Report']
export type Fault = Schemas['Fault']
export type Files = Schemas['FilesShown']
export type Ready = Schemas['ReadyMade']
export interface Meant {
  name: string | null
  confidence: number
}
export interface Entity {
  entity: string
  value: unknown
  role?: string | null
  extractor?: string
}
export interface Why {
  step: string
  nearest: string
  nearness: number
}
/** What Rasa's `/model/parse` says, and why; the document calls it any object. */
export interface Parse {
  intent: Meant
  intent_ranking?: Meant[]
  entities?: Entity[]
  why?: Why
}
export type Tried = Omit<Schemas['Tried'], 'parse' | 'slots'> & { parse: Parse; slots: Record<string, unknown> }
export type Miss = Schemas['MissShown']
export type NewBot = Schemas['BotMade']

const at = (id: string) => ({ params: { path: { id } } })

export const bots = {
  all: () => told(api.GET('/api/v1/bots')),
  library: () => told(api.GET('/api/v1/bots/library')),
  get: (id: string) => told(api.GET('/api/v1/bots/{id}', at(id))),
  remove: (id: string) => told(api.DELETE('/api/v1/bots/{id}', at(id))),
  create: (body: NewBot) => told(api.POST('/api/v1/bots', { body })),
  files: (id: string) => told(api.GET('/api/v1/bots/{id}/files', at(id))),
  save: (id: string, body: Schemas['FilesPut']) => told(api.PUT('/api/v1/bots/{id}/files', { ...at(id), body })),
  check: (id: string, files: Record<string, string>) => told(api.POST('/api/v1/bots/{id}/check', { ...at(id), body: { files } })),
  train: (id: string) => told(api.POST('/api/v1/bots/{id}/train', at(id))),
  version: (id: string, number: number) =>
    told(api.GET('/api/v1/bots/{id}/versions/{number}', { params: { path: { id, number } } })),
  publish: (id: string, number: number) =>
    told(api.POST('/api/v1/bots/{id}/versions/{number}/publish', { params: { path: { id, number } } })),
  try: async (id: string, body: Schemas['Try']) => (await told(api.POST('/api/v1/bots/{id}/try', { ...at(id), body }))) as unknown as Tried,
  misses: (id: string, state: 'open' | 'assigned' | 'ignored', after: string | null): Promise<Page<Miss>> =>
    told(api.GET('/api/v1/bots/{id}/misses', { params: { path: { id }, query: { state, ...(after ? { after } : {}) } } })),
  settle: (id: string, miss: string, body: Schemas['MissSettled']) =>
    told(api.POST('/api/v1/bots/{id}/misses/{miss}', { params: { path: { id, miss } }, body })),
}
