/** Deadlines: calendars and policies that administrators make, and what is due in a conversation. */

import type { components } from '@/schema'

import { api, told } from './client'
import type { Page } from './types'

type Schemas = components['schemas']

export type Calendar = Schemas['CalendarShown']
export type CalendarTerms = Schemas['CalendarTerms']
export type Policy = Schemas['PolicyShown']
export type PolicyTerms = Schemas['PolicyTerms']
export type Target = Schemas['Target']
export type Rung = Schemas['Rung']
export type Recipient = Schemas['Recipient']
export type Condition = PolicyTerms['when']
export type Rule = Extract<Condition, { type: 'rule' }>
export type ConditionField = Schemas['ConditionField']
export type Fields = Schemas['FieldsShown']
export type Rehearsal = Schemas['Rehearsal']
export type Rehearsed = Schemas['Rehearsed']
export type Senders = Schemas['Senders']
export type Deadlines = Schemas['DeadlinesShown']

const at = (id: string) => ({ params: { path: { id } } })

export const desk = {
  /** The client's types forget that a span has two ends. */
  calendars: async () => (await told(api.GET('/api/v1/desk/calendars'))) as unknown as Page<Calendar>,
  createCalendar: (body: CalendarTerms) => told(api.POST('/api/v1/desk/calendars', { body })),
  changeCalendar: (id: string, version: number, terms: CalendarTerms) =>
    told(api.PUT('/api/v1/desk/calendars/{id}', { ...at(id), body: { ...terms, version } })),
  deleteCalendar: (id: string) => told(api.DELETE('/api/v1/desk/calendars/{id}', at(id))),
  publicDays: (year: number) => told(api.GET('/api/v1/desk/public-days', { params: { query: { country: 'CN', year } } })),
  policies: () => told(api.GET('/api/v1/desk/policies')),
  createPolicy: (body: PolicyTerms) => told(api.POST('/api/v1/desk/policies', { body })),
  changePolicy: (id: string, version: number, terms: PolicyTerms) =>
    told(api.PUT('/api/v1/desk/policies/{id}', { ...at(id), body: { ...terms, version } })),
  deletePolicy: (id: string) => told(api.DELETE('/api/v1/desk/policies/{id}', at(id))),
  fields: () => told(api.GET('/api/v1/desk/fields')),
  rehearse: (body: Rehearsal) => told(api.POST('/api/v1/desk/rehearsals', { body })),
  senders: () => told(api.GET('/api/v1/desk/senders')),
  setSenders: (body: Senders) => told(api.PUT('/api/v1/desk/senders', { body })),
  deadlines: (id: string) => told(api.GET('/api/v1/conversations/{id}/deadlines', at(id))),
  seeTo: (id: string) => told(api.POST('/api/v1/conversations/{id}/deadlines/see-to', at(id))),
}
