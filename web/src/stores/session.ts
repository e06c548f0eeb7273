/** Who is logged in, and what they may do. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { heldCsrf, holdCsrf } from '@/api/client'
import { Problem } from '@/api/problem'
import { staff, type Me, type Permission } from '@/api/staff'

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const asked = ref(false)

  const user = computed(() => me.value?.user ?? null)
  const permissions = computed(() => new Set(me.value?.permissions ?? []))

  function may(permission: Permission): boolean {
    return permissions.value.has(permission)
  }

  function enter(told: Me): void {
    me.value = told
    asked.value = true
    holdCsrf(told.csrf || heldCsrf())
  }

  /** Ask the hub once whether the cookie is still good. */
  async function restore(): Promise<boolean> {
    if (asked.value) return me.value !== null
    try {
      enter(await staff.me())
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) throw error
      asked.value = true
    }
    return me.value !== null
  }

  async function logIn(email: string, password: string): Promise<void> {
    enter(await staff.logIn(email, password))
  }

  function leave(): void {
    me.value = null
    asked.value = true
    holdCsrf('')
  }

  async function logOut(): Promise<void> {
    try {
      await staff.logOut()
    } finally {
      leave()
    }
  }

  return { me, user, may, enter, restore, logIn, logOut, leave }
})
