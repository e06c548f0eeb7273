/** Routing as administrators set it: queues, who can do what, rules in versions, the policy of the house; and the simulator. */

import type { components } from '@/schema'

import { api, told } from './client'
import type { Page } from './types'

type Schemas = components['schemas']

export type Queue = Schemas['QueueDescribed']
export type QueueTerms = Schemas['QueueTerms']
export type QueuePromise = Schemas['QueuePromise']
export type OverflowStep = Schemas['OverflowStep']
export type Ending = Schemas['Ending']
export type Skilled = Schemas['SkilledShown']
export type Abilities = Schemas['Abilities']
export type RoutingRule = Schemas['RoutingRule']
export type Then = Schemas['Then']
export type Needed = Schemas['Needed']
export type RuleFault = Schemas['RuleFault']
export type RulesDraft = Schemas['RulesDraftShown']
export type EditionLine = Schemas['EditionLine']
export type Edition = Schemas['Edition']
export type House = Schemas['HouseShown']
export type Rules = Schemas['Rules']
export type ChannelKind = Schemas['ChannelKind']

const at = (id: string) => ({ params: { path: { id } } })

export const routing = {
  /** The client's types forget that a span has two ends. */
  queues: async () => (await told(api.GET('/api/v1/routing/queues'))) as unknown as Page<Queue>,
  setQueue: (id: string, version: number | null, terms: QueueTerms) =>
    told(api.PUT('/api/v1/routing/queues/{id}', { ...at(id), body: { ...terms, version } })),
  forgetQueue: (id: string) => told(api.DELETE('/api/v1/routing/queues/{id}', at(id))),
  skills: (after: string | null): Promise<Page<Skilled>> =>
    told(api.GET('/api/v1/routing/skills', { params: { query: { limit: 100, ...(after ? { after } : {}) } } })),
  setSkills: (user: string, version: number | null, abilities: Abilities) =>
    told(api.PUT('/api/v1/routing/skills/{user}', { params: { path: { user } }, body: { version, abilities } })),
  fields: () => told(api.GET('/api/v1/routing/rules/fields')),
  draft: () => told(api.GET('/api/v1/routing/rules/draft')),
  saveDraft: (version: number | null, rules: RoutingRule[]) => told(api.PUT('/api/v1/routing/rules/draft', { body: { version, rules } })),
  check: (rules: RoutingRule[]) => told(api.POST('/api/v1/routing/rules/check', { body: { rules } })),
  publish: (version: number, note: string) => told(api.POST('/api/v1/routing/rules/publish', { body: { version, note } })),
  editions: () => told(api.GET('/api/v1/routing/rules')),
  edition: (number: number) => told(api.GET('/api/v1/routing/rules/{number}', { params: { path: { number } } })),
  publishAgain: (number: number) => told(api.POST('/api/v1/routing/rules/{number}/publish', { params: { path: { number } } })),
  house: () => told(api.GET('/api/v1/routing/house')),
  setHouse: (version: number | null, rules: Rules) => told(api.PUT('/api/v1/routing/house', { body: { version, rules } })),
}

export type SimulationLine = Schemas['SimulationLine']
export type Simulation = Schemas['SimulationShown']
export type SimulationAsked = Schemas['SimulationAsked']
export type PolicyName = SimulationAsked['policies'][number]
export type SimulationOutcome = Schemas['SimulationOutcome']
export type PolicyLine = Schemas['PolicyLine']
export type QueueLine = Schemas['QueueLine']
export type Sized = Schemas['Sized']

export const simulator = {
  scenarios: () => told(api.GET('/api/v1/routing/scenarios')),
  check: (scenario: string) => told(api.POST('/api/v1/routing/scenarios/check', { body: { scenario } })),
  all: () => told(api.GET('/api/v1/routing/simulations')),
  one: (id: string) => told(api.GET('/api/v1/routing/simulations/{id}', at(id))),
  begin: (body: SimulationAsked) => told(api.POST('/api/v1/routing/simulations', { body })),
  stop: (id: string) => told(api.DELETE('/api/v1/routing/simulations/{id}', at(id))),
}
