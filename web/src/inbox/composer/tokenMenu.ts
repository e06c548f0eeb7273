/** The menu that opens over the composer after `/` or `@`: what it holds, which is at hand, what the keys do. */

import { computed, ref, watch, type Ref } from 'vue'

import { useCatalog } from '@/stores/catalog'

import { filled, suiting } from './canned'
import { suitingPeople } from './mentions'
import { replaced, tokenAt, type Token } from './token'

export function useTokenMenu(text: Ref<string>, isNote: Ref<boolean>, facts: Ref<Record<string, string>>) {
  const catalog = useCatalog()
  const token = ref<Token | null>(null)
  const at = ref(0)

  const canned = computed(() => (token.value?.sign === '/' ? suiting(catalog.canned, token.value.typed) : []))
  const people = computed(() => (token.value?.sign === '@' ? suitingPeople(catalog.colleagues, token.value.typed) : []))
  const kind = computed(() => (token.value?.sign === '/' ? 'canned' : token.value?.sign === '@' ? 'people' : null))
  const count = computed(() => canned.value.length + people.value.length)

  watch(
    () => token.value?.typed,
    () => void (at.value = 0),
  )

  function look(caret: number): void {
    token.value = tokenAt(text.value, caret, isNote.value ? '/@' : '/')
  }

  function close(): void {
    token.value = null
  }

  /** Puts the choice in place of the token; answers where the caret belongs. */
  function pick(index = at.value): number | null {
    const open = token.value
    const reply = canned.value[index]
    const person = people.value[index]
    const words = reply ? filled(reply.body, facts.value) : person ? `@${person.name} ` : null
    if (!open || words === null) return null
    const result = replaced(text.value, open, words)
    text.value = result.text
    token.value = null
    return result.caret
  }

  /** Whether the key was for the menu. */
  function moved(key: string): boolean {
    if (!token.value) return false
    if (key === 'Escape') close()
    else if (key === 'ArrowDown' && count.value) at.value = (at.value + 1) % count.value
    else if (key === 'ArrowUp' && count.value) at.value = (at.value + count.value - 1) % count.value
    else return false
    return true
  }

  return { kind, canned, people, at, count, look, close, pick, moved }
}
