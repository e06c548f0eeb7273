/** People and what they may do: session, users, teams, tokens, own preferences, presence. */

import { http, seg } from './client'
import type { Page, PresenceStatus } from './types'

export type Role = 'administrator' | 'lead' | 'quality' | 'agent' | 'designer' | 'marketer'
export const ROLES: readonly Role[] = ['administrator', 'lead', 'quality', 'agent', 'designer', 'marketer']

export interface User {
  id: string
  name: string
  email: string
  role: Role
  teams?: string[]
  active?: boolean
  last_login_at?: string | null
  capacity?: number
}

export interface Team {
  id: string
  name: string
  members?: string[]
  offer_seconds?: number
  auto_accept?: boolean
}

export interface Me {
  user: User
  csrf: string
  permissions: string[]
  teams: Team[]
}

export interface Preferences {
  /** Empty: as the browser says. */
  language: '' | 'zh' | 'en'
  theme: 'light' | 'dark' | 'system'
  enter_sends: boolean
  sound: boolean
  notifications: boolean
}

export interface Session {
  id: string
  created_at?: string
  seen_at?: string
  ip?: string
  agent?: string
  current?: boolean
}

export interface Token {
  id: string
  name: string
  permissions?: string[]
  created_at?: string
  used_at?: string | null
  expires_at?: string | null
  secret?: string
}

export interface Colleague {
  user: string
  name: string
  status: PresenceStatus
  load: number
  capacity: number
}

export const staff = {
  logIn: (email: string, password: string) => http.post<Me>('/session', { email, password }),
  me: () => http.get<Me>('/session'),
  logOut: () => http.delete('/session'),
  setUp: (body: { token: string; name: string; email: string; password: string }) => http.post<Me>('/setup', body),
  preferences: () => http.get<Preferences>('/me/preferences'),
  savePreferences: (body: Preferences) => http.put<Preferences>('/me/preferences', body),
  changePassword: (old: string, fresh: string) => http.put<Me>('/me/password', { old, new: fresh }),
  sessions: () => http.get<Page<Session>>('/sessions'),
  endSession: (id: string) => http.delete(`/sessions/${seg(id)}`),
  tokens: () => http.get<Page<Token>>('/tokens'),
  createToken: (body: { name: string; permissions: string[]; expires_at?: string }) => http.post<Token>('/tokens', body),
  deleteToken: (id: string) => http.delete(`/tokens/${seg(id)}`),
  users: (after?: string | null) => http.get<Page<User>>('/users', { limit: 100, after }),
  createUser: (body: Partial<User> & { password?: string }) => http.post<User>('/users', body),
  patchUser: (id: string, body: Record<string, unknown>) => http.patch<User>(`/users/${seg(id)}`, body),
  teams: () => http.get<Page<Team>>('/teams', { limit: 100 }),
  createTeam: (body: Partial<Team>) => http.post<Team>('/teams', body),
  patchTeam: (id: string, body: Partial<Team>) => http.patch<Team>(`/teams/${seg(id)}`, body),
  deleteTeam: (id: string) => http.delete(`/teams/${seg(id)}`),
  presence: () => http.get<{ status: PresenceStatus; load?: number; capacity?: number }>('/presence'),
  setPresence: (status: PresenceStatus) => http.put<{ status: PresenceStatus }>('/presence', { status }),
  team: () => http.get<Page<Colleague>>('/presence/team'),
}
