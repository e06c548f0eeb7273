/** People and what they may do: session, users, teams, tokens, own preferences, presence. */

import type { components } from '@/schema'

import { api, told } from './client'
import type { PresenceStatus } from './types'

type Schemas = components['schemas']

export type Role = Schemas['Role']
export const ROLES: readonly Role[] = ['administrator', 'lead', 'quality', 'agent', 'designer', 'marketer']

export type Permission = Schemas['Permission']
export type User = Schemas['UserShown']
export type Team = Schemas['TeamShown']
export type Me = Schemas['Me']
export type Preferences = Schemas['Preferences']
export type Colleague = Pick<Schemas['PresenceShown'], 'user' | 'name' | 'status' | 'load' | 'capacity'>

const at = (id: string) => ({ params: { path: { id } } })
const page = (after?: string | null) => ({ params: { query: { limit: 100, ...(after ? { after } : {}) } } })

export const staff = {
  logIn: (email: string, password: string) => told(api.POST('/api/v1/session', { body: { email, password } })),
  me: () => told(api.GET('/api/v1/session')),
  logOut: () => told(api.DELETE('/api/v1/session')),
  setUp: (body: Schemas['FirstAdministrator']) => told(api.POST('/api/v1/setup', { body })),
  preferences: () => told(api.GET('/api/v1/me/preferences')),
  savePreferences: (body: Preferences) => told(api.PUT('/api/v1/me/preferences', { body })),
  changePassword: (old: string, fresh: string) => told(api.PUT('/api/v1/me/password', { body: { old, new: fresh } })),
  sessions: () => told(api.GET('/api/v1/sessions')),
  endSession: (id: string) => told(api.DELETE('/api/v1/sessions/{id}', at(id))),
  tokens: () => told(api.GET('/api/v1/tokens')),
  createToken: (body: Schemas['NewToken']) => told(api.POST('/api/v1/tokens', { body })),
  deleteToken: (id: string) => told(api.DELETE('/api/v1/tokens/{id}', at(id))),
  users: (after?: string | null) => told(api.GET('/api/v1/users', page(after))),
  createUser: (body: Schemas['NewUser']) => told(api.POST('/api/v1/users', { body })),
  patchUser: (id: string, body: Partial<Schemas['UserPatch']>) =>
    told(api.PATCH('/api/v1/users/{id}', { ...at(id), body: { revoke_sessions: false, ...body } })),
  teams: () => told(api.GET('/api/v1/teams', page())),
  createTeam: (body: Schemas['NewTeam']) => told(api.POST('/api/v1/teams', { body })),
  patchTeam: (id: string, body: Schemas['TeamPatch']) => told(api.PATCH('/api/v1/teams/{id}', { ...at(id), body })),
  deleteTeam: (id: string) => told(api.DELETE('/api/v1/teams/{id}', at(id))),
  presence: () => told(api.GET('/api/v1/presence')),
  setPresence: (status: PresenceStatus) => told(api.PUT('/api/v1/presence', { body: { status } })),
  team: () => told(api.GET('/api/v1/presence/team')),
}
