/** Rows of the lists: which view a conversation belongs to, in what order, and never back to an older version. Pure. */

import type { Row } from '@/api/types'

export interface Me {
  id: string
  teams: readonly string[]
}

export interface List {
  view: string
  /** Ids in the order shown. */
  ids: readonly string[]
  next: string | null
  state: 'empty' | 'loading' | 'ready' | 'failed'
}

export type Rows = Readonly<Record<string, Row>>

export function emptyList(view: string): List {
  return { view, ids: [], next: null, state: 'empty' }
}

/** Puts rows in; one that is older than what is held changes nothing. */
export function merged(rows: Rows, told: readonly Row[]): Rows {
  const fresh = told.filter((row) => !rows[row.id] || (rows[row.id] as Row).version <= row.version)
  if (fresh.length === 0) return rows
  const next: Record<string, Row> = { ...rows }
  for (const row of fresh) next[row.id] = { ...row, read_seq: Math.max(row.read_seq ?? 0, rows[row.id]?.read_seq ?? 0) }
  return next
}

export function without(rows: Rows, id: string): Rows {
  if (!(id in rows)) return rows
  const { [id]: _gone, ...rest } = rows
  return rest
}

/** How many of the customer's messages this user has not read; the seqs of notes in between count as read. */
export function unread(row: Row): boolean {
  return (row.customer_seq ?? 0) > (row.read_seq ?? 0)
}

/** The hub wakes it by taking the time away. */
export function isSnoozed(row: Row): boolean {
  return Boolean(row.snoozed_until)
}

/** The same rule as `holds` in conversations/views.py, for rows that this user may see. */
export function belongs(row: Row, view: string, me: Me): boolean {
  if (isByDue(view)) return row.due_at !== null && belongs(row, view.slice(BY_DUE.length), me)
  if (view.startsWith('team:')) return Boolean(row.queued_at) && row.team === view.slice(5)
  switch (view) {
    case 'mine':
      return row.state === 'agent' && row.agent === me.id && !isSnoozed(row)
    case 'offered':
      return row.offered_to === me.id
    case 'mentions':
      return (row.followers ?? []).includes(me.id)
    case 'unassigned':
      return Boolean(row.queued_at)
    case 'bot':
      return row.state === 'bot'
    case 'snoozed':
      return isSnoozed(row)
    case 'closed':
      return row.state === 'closed'
    default:
      return row.state !== 'closed'
  }
}

const BY_DUE = 'due/'
/** Views that nobody works through by deadline, as in conversations/views.py. */
const UNDUE: readonly string[] = ['offered', 'mentions', 'snoozed', 'closed']

/** The list of a view that shows what is due, the soonest first. */
export function byDue(view: string): string {
  return `${BY_DUE}${view}`
}

export function isByDue(view: string): boolean {
  return view.startsWith(BY_DUE)
}

export function hasDue(view: string): boolean {
  return !UNDUE.includes(view)
}

/** Queues show who has waited longest first, all others what moved last. */
export function isQueue(view: string): boolean {
  return view === 'unassigned' || view === 'offered' || view.startsWith('team:')
}

export function compare(view: string): (a: Row, b: Row) => number {
  if (isByDue(view)) {
    const at = (row: Row) => row.due_at ?? '9999'
    return (a, b) => at(a).localeCompare(at(b)) || a.id.localeCompare(b.id)
  }
  if (isQueue(view)) {
    const since = (row: Row) => row.queued_at ?? row.waiting_since ?? row.last_at
    return (a, b) => since(a).localeCompare(since(b)) || a.id.localeCompare(b.id)
  }
  return (a, b) => b.last_at.localeCompare(a.last_at) || b.id.localeCompare(a.id)
}

/** The list after one row changed. A row below the loaded part stays out: it comes with its page. */
export function relisted(list: List, rows: Rows, id: string, me: Me): List {
  const row = rows[id]
  const others = list.ids.filter((held) => held !== id)
  if (!row || !belongs(row, list.view, me)) {
    return others.length === list.ids.length ? list : { ...list, ids: others }
  }
  const order = compare(list.view)
  const at = others.findIndex((held) => rows[held] !== undefined && order(row, rows[held]) < 0)
  if (at < 0 && list.next !== null && !list.ids.includes(id)) return list
  const ids = at < 0 ? [...others, id] : [...others.slice(0, at), id, ...others.slice(at)]
  return { ...list, ids }
}

/** A page that was fetched: the first replaces, the next ones follow. */
export function paged(list: List, items: readonly Row[], next: string | null, first: boolean): List {
  const ids = items.map((row) => row.id)
  const held = new Set(ids)
  return { ...list, ids: first ? ids : [...list.ids.filter((id) => !held.has(id)), ...ids], next, state: 'ready' }
}
