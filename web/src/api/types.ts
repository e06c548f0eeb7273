/** The shapes of the wire by short names; the hub's Structs are their source (`schema.d.ts` is generated). */

import type { components } from '@/schema'

type Schemas = components['schemas']

export interface Page<T> {
  items: readonly T[]
  next: string | null
}

export type State = Schemas['State']
export type Priority = Schemas['Priority']
export type AuthorKind = Schemas['AuthorKind']
export type Status = Schemas['Status']
export type PresenceStatus = Schemas['Presence']

export type Envelope = Schemas['Envelope']
export type Conversation = Schemas['Conversation']
/** A row of a list: the conversation and how far this user has read. */
export type Row = Conversation & { read_seq?: number }
export type ConversationView = Schemas['ConversationView']
export type Profile = Schemas['Profile']
export type Draft = Schemas['Draft']
export type Decision = Schemas['Decision']
export type Hit = Schemas['Hit']
export type Author = Schemas['Author']
export type Message = Schemas['Message']
export type Part = Message['parts'][number]
/** What a colleague may say: HTML and notices are not theirs to write. */
export type SaidPart = Schemas['Say']['parts'][number]

type Of<T extends Part['type']> = Extract<Part, { type: T }>
export type Media = Of<'image'> | Of<'audio'> | Of<'video'> | Of<'file'>
export type LocationPart = Of<'location'>
export type CardPart = Of<'card'>
export type ChoicesPart = Of<'choices'>
export type FormPart = Of<'form'>
export type NoticePart = Of<'notice'>
export type TemplatePart = Of<'template'>
export type RemotePart = Of<'remote'>
export type Choice = Schemas['Choice']
export type FormField = Schemas['FormField']
