/** Supervision: the live picture, listening in, whispers, a colleague's presence, many conversations at once. */

import type { components } from '@/schema'

import { api, told } from './client'

type Schemas = components['schemas']

export type Overview = Schemas['Overview']
export type Queue = Schemas['QueueShown']
export type AgentAtWork = Schemas['AgentShown']
export type Line = Schemas['Line']
export type Held = Schemas['Held']
export type Moves = Schemas['Moves']
export type Goal = Moves['goal']
export type Batch = Schemas['BatchShown']
export type Piece = Schemas['PieceShown']

const at = (id: string) => ({ params: { path: { id } } })

export const supervision = {
  overview: (since: string) => told(api.GET('/api/v1/supervision', { params: { query: { since } } })),
  choices: (of: { team?: string; agent?: string }) =>
    told(api.GET('/api/v1/supervision/conversations', { params: { query: of } })),
  listen: (id: string) => told(api.POST('/api/v1/conversations/{id}/listen', at(id))),
  whisper: (id: string, body: Schemas['Whisper']) =>
    told(api.POST('/api/v1/conversations/{id}/whisper', { ...at(id), body })),
  setPresence: (id: string, status: 'busy' | 'away') =>
    told(api.PUT('/api/v1/supervision/agents/{id}/presence', { ...at(id), body: { status } })),
  move: (body: Moves) => told(api.POST('/api/v1/supervision/batches', { body })),
  batch: (key: string) => told(api.GET('/api/v1/supervision/batches/{key}', { params: { path: { key } } })),
}
