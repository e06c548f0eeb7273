/** What administrators arrange: inboxes and channels, canned replies, labels, audit, dead letters. */

import type { components } from '@/schema'

import { api, told } from './client'
import type { FormField } from './types'

type Schemas = components['schemas']

export type Bilingual = Schemas['Bilingual']
export type SettingField = Schemas['Field']
export type SettingValue = string | number | boolean | string[] | FormField[] | null
export type Settings = Record<string, SettingValue>
export type Channel = Schemas['Manifest']
export type Interval = Schemas['Interval']
export type Hours = Schemas['Hours']
export type Inbox = Omit<Schemas['InboxShown'], 'settings'> & { settings: Settings }
export type Bot = Schemas['BotShown']
export type Canned = Schemas['Canned']
export type Label = Schemas['Label']
export type AuditRecord = Schemas['RecordShown']
export type DeadJob = Schemas['DeadShown']

/** The document says "any object" where a channel's own schema rules; the generator makes an empty one of it. */
type Given<T> = Omit<T, 'settings'> & { settings: Settings }
type Any = Record<string, never>

const at = (id: string) => ({ params: { path: { id } } })
const page = (after?: string | null) => ({ params: { query: { limit: 100, ...(after ? { after } : {}) } } })
const NEW = { active: true, ask_rating: false, bot: null, language: 'zh-CN', reopen_hours: 24, site_key: null, welcome: '' }

async function inbox(call: Promise<unknown>): Promise<Inbox> {
  return (await call) as Inbox
}

export const settings = {
  channels: () => told(api.GET('/api/v1/channels')),
  inboxes: async () => {
    const { items, next } = await told(api.GET('/api/v1/inboxes', page()))
    return { items: items as Inbox[], next }
  },
  inbox: (id: string) => inbox(told(api.GET('/api/v1/inboxes/{id}', at(id)))),
  bots: () => told(api.GET('/api/v1/bots')),
  createInbox: (body: { channel: string; name: string; team: string | null; settings: Settings }) => {
    const hours: Hours = { zone: 'Asia/Shanghai', week: [], holidays: [], public: '' }
    return inbox(told(api.POST('/api/v1/inboxes', { body: { ...NEW, hours, ...body, settings: body.settings as Any } })))
  },
  patchInbox: (id: string, body: Given<Schemas['InboxPatch']>) =>
    inbox(told(api.PATCH('/api/v1/inboxes/{id}', { ...at(id), body: { ...body, settings: body.settings as Any } }))),
  deleteInbox: (id: string) => told(api.DELETE('/api/v1/inboxes/{id}', at(id))),
  canned: () => told(api.GET('/api/v1/canned', page())),
  createCanned: (body: Schemas['NewCanned']) => told(api.POST('/api/v1/canned', { body })),
  patchCanned: (id: string, body: Schemas['CannedEdit']) => told(api.PATCH('/api/v1/canned/{id}', { ...at(id), body })),
  deleteCanned: (id: string) => told(api.DELETE('/api/v1/canned/{id}', at(id))),
  labels: () => told(api.GET('/api/v1/labels', page())),
  createLabel: (body: Schemas['NewLabel']) => told(api.POST('/api/v1/labels', { body })),
  deleteLabel: (id: string) => told(api.DELETE('/api/v1/labels/{id}', at(id))),
  audit: (after: string | null) => told(api.GET('/api/v1/audit', page(after))),
  dead: (after: string | null) => told(api.GET('/api/v1/jobs/dead', page(after))),
  replay: (id: string) => told(api.POST('/api/v1/jobs/{id}/replay', at(id))),
}
