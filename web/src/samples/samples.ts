/** Whole values for tests: what a case does not speak of is as the hub would tell it. */

import type { Author, Message, Row } from '@/api/types'

const NEEDED = { skills: {}, language: '', department: '', region: '', vip: 0, restricted: [], bulk: false }
const WANTS: Row['wants'] = {
  asked: NEEDED, needed: NEEDED, ruled: NEEDED, rules: 0, ruled_at: null, placed: null, told: null, team: null, kind: '', deferred: '', suggested: '', wish: '',
}

export function author(kind: Author['kind'], id = ''): Author {
  return { kind, id, name: '' }
}

export function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`, version: 1, conversation: 'c1', inbox: 'i1', seq, direction: 'in', author: author('customer', 'p'),
    parts: [{ type: 'text', body: `第 ${seq} 条`, quoted: '' }], at: '2026-11-21T12:00:00Z', sent_at: null, status: 'sent',
    reason: '', key: null, provider_id: null, client_id: null, reply_to: '', mentions: [], terms: [],
    subject: '', envelope: null, ref: null, automatic: false, purpose: 'service', original: '', degraded: [], spent: null,
    detail: '', kind: '', ...more,
  }
}

export function row(id: string, more: Partial<Row> = {}): Row {
  return {
    id, version: 1, inbox: 'i1', address: { channel: 'webchat', user: id }, profile: `p-${id}`, name: '', subject: '',
    state: 'agent', live: true, team: null, agent: 'u1', bot: null, offer: null, offered_to: null, declined_by: [],
    priority: 'normal', labels: [], followers: [], language: '', seq: 0, customer_seq: 0, agent_seq: 0,
    customer_read: 0, last: null, last_at: '2026-11-21T11:00:00Z', waiting_since: null, queued_at: null,
    held_since: null, snoozed_until: null, opened_at: '2026-11-21T10:00:00Z', first_reply_at: null, closed_at: null, rating: null,
    waits_for: '', due: null, due_at: null, lane: '', kept_for: null, kept_until: null, wants: WANTS, changed_at: '2026-11-21T11:00:00Z', facts: {}, people: [], thread: '', windows: [], ...more,
  }
}
