/** What a conversation's channel can do now, and the state of the inboxes behind the channels. */

import type { components } from '@/schema'

import { api, told } from './client'
import type { Settings } from './settings'
import type { SaidPart } from './types'

type Schemas = components['schemas']

export type ChannelNow = Schemas['ChannelNow']
export type Tag = ChannelNow['carries'][number]
export type WindowNow = Schemas['WindowNow']
export type Reach = Schemas['Reach']
export type Segments = Schemas['Segments']
export type TemplateCard = Schemas['TemplateCard']
export type Step = Schemas['Step']
export type Tested = Schemas['Tested']
export type Health = Schemas['Health']
export type MailHtml = Schemas['MailHtml']

const C = '/api/v1/conversations/{id}'
const I = '/api/v1/inboxes/{id}'
const at = (id: string) => ({ params: { path: { id } } })

export const channels = {
  now: (id: string) => told(api.GET(`${C}/channel`, at(id))),
  reach: (id: string) => told(api.GET(`${C}/reach`, at(id))),
  preview: (id: string, parts: SaidPart[]) => told(api.POST(`${C}/preview`, { ...at(id), body: { parts } })),
  html: (id: string, seq: number, images: boolean) =>
    told(api.GET(`${C}/messages/{seq}/html`, { params: { path: { id, seq }, query: { images: images ? 1 : 0 } } })),
  templates: (inbox: string) => told(api.GET(`${I}/templates`, at(inbox))),
  test: (inbox: string) => told(api.POST(`${I}/test`, at(inbox))),
  testUnsaved: (channel: string, settings: Settings, inbox?: string) =>
    told(
      api.POST('/api/v1/channels/{channel}/test', {
        params: { path: { channel } },
        body: { settings: settings as Record<string, never>, inbox: inbox ?? null },
      }),
    ),
  health: (inbox: string) => told(api.GET(`${I}/health`, at(inbox))),
  pause: (inbox: string) => told(api.POST(`${I}/pause`, at(inbox))),
  resume: (inbox: string) => told(api.POST(`${I}/resume`, at(inbox))),
  authorise: (inbox: string) => told(api.POST(`${I}/authorise`, at(inbox))),
}

export type Preview = Awaited<ReturnType<typeof channels.preview>>

export function rawAddress(conversation: string, seq: number): string {
  return `/api/v1/conversations/${encodeURIComponent(conversation)}/messages/${seq}/raw`
}

/** A small picture of a stored one, and a sound that every browser plays. */
export function thumbAddress(blob: string): string {
  return `/api/v1/blobs/${encodeURIComponent(blob)}/thumb`
}

export function soundAddress(blob: string): string {
  return `/api/v1/blobs/${encodeURIComponent(blob)}/sound`
}
