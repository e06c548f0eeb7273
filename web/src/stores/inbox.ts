/** The lists of conversations: which rows there are, in which views, with which counts. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { conversations } from '@/api/conversations'
import type { Conversation, Row } from '@/api/types'
import type { ViewCount } from '@/live/frames'
import { byDue as dueList, emptyList, hasDue, merged, paged, relisted, without, type List, type Me, type Rows } from '@/live/rows'

import { useSession } from './session'

export const useInbox = defineStore('inbox', () => {
  const session = useSession()
  const rows = shallowRef<Rows>({})
  const lists = shallowRef<Record<string, List>>({})
  const views = ref<ViewCount[]>([])
  const problem = ref<unknown>(null)
  const shown = ref('mine')
  const byDue = ref(false)
  let round = 0

  const me = computed<Me>(() => ({ id: session.user?.id ?? '', teams: session.user?.teams ?? [] }))
  const canSortByDue = computed(() => hasDue(shown.value))
  /** Which list is shown: a view has another one by deadline. */
  const key = computed(() => (byDue.value && canSortByDue.value ? dueList(shown.value) : shown.value))
  const order = computed(() => (key.value === shown.value ? '' : 'due'))
  const list = computed(() => lists.value[key.value] ?? emptyList(key.value))
  const shownRows = computed(() => list.value.ids.flatMap((id) => rows.value[id] ?? []))
  const offers = computed(() => Object.values(rows.value).filter((row) => row.offered_to === me.value.id && row.offer))

  function put(next: List): void {
    lists.value = { ...lists.value, [next.view]: next }
  }

  /** Takes rows as they are told; every loaded list follows. */
  function take(told: readonly Row[]): void {
    const before = rows.value
    rows.value = merged(before, told)
    if (rows.value === before) return
    const next: Record<string, List> = {}
    for (const item of Object.values(lists.value)) {
      next[item.view] =
        item.state === 'ready' ? told.reduce((l, row) => relisted(l, rows.value, row.id, me.value), item) : item
    }
    lists.value = next
  }

  /** The answer to an act of this user. */
  function changed(conversation: Conversation | undefined): void {
    if (conversation?.id) take([conversation])
  }

  function drop(id: string): void {
    rows.value = without(rows.value, id)
    for (const item of Object.values(lists.value)) put(relisted(item, rows.value, id, me.value))
  }

  async function fetchViews(): Promise<void> {
    views.value = (await conversations.views()).views
  }

  /** Offers ring on every page, whatever view is shown. */
  async function fetchOffers(): Promise<void> {
    if (session.may('conversations.reply')) take((await conversations.list('offered')).items)
  }

  function counted(told: readonly ViewCount[]): void {
    const names = new Map(views.value.map((view) => [view.id, view]))
    const known = told.map((view) => ({ ...names.get(view.id), ...view }))
    const rest = views.value.filter((view) => !told.some((item) => item.id === view.id))
    views.value = rest.length === views.value.length ? [...rest, ...known] : inOrder([...known, ...rest])
  }

  function inOrder(all: ViewCount[]): ViewCount[] {
    const place = new Map(views.value.map((view, index) => [view.id, index]))
    return all.sort((a, b) => (place.get(a.id) ?? 99) - (place.get(b.id) ?? 99))
  }

  /** The first page of a view; rows that are held stay on the screen meanwhile. */
  async function show(view: string): Promise<void> {
    shown.value = view
    const mine = ++round
    const wanted = key.value
    const before = lists.value[wanted] ?? emptyList(wanted)
    if (before.state !== 'ready') put({ ...before, state: 'loading' })
    problem.value = null
    try {
      const page = await conversations.list(view, null, order.value)
      rows.value = merged(rows.value, page.items)
      put(paged(emptyList(wanted), page.items, page.next, true))
    } catch (error) {
      if (mine === round) problem.value = error
      if (before.state !== 'ready') put({ ...before, state: 'failed' })
    }
  }

  async function sortByDue(on: boolean): Promise<void> {
    byDue.value = on
    await show(shown.value)
  }

  async function more(): Promise<void> {
    const item = list.value
    if (item.state !== 'ready' || item.next === null) return
    put({ ...item, state: 'loading' })
    try {
      const page = await conversations.list(shown.value, item.next, order.value)
      rows.value = merged(rows.value, page.items)
      put(paged(lists.value[item.view] ?? item, page.items, page.next, false))
    } catch (error) {
      problem.value = error
      put({ ...item, state: 'ready' })
    }
  }

  /** After a hole in the stream: only what is shown is fetched; other lists are fetched when they are shown. */
  async function refetch(): Promise<void> {
    const kept = lists.value[key.value]
    lists.value = kept ? { [key.value]: kept } : {}
    await Promise.all([fetchViews(), fetchOffers(), show(shown.value)])
  }

  function readTo(id: string, seq: number): void {
    const row = rows.value[id]
    if (row && (row.read_seq ?? 0) < seq) rows.value = { ...rows.value, [id]: { ...row, read_seq: seq } }
  }

  function forget(): void {
    rows.value = {}
    lists.value = {}
    views.value = []
  }

  return {
    rows, views, shown, byDue, canSortByDue, list, shownRows, offers, problem, me,
    take, changed, drop, fetchViews, counted, show, sortByDue, more, refetch, readTo, forget,
  }
})
