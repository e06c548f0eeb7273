/** The text area: as high as its text, and where the caret stands. */

import { nextTick, onMounted, type Ref } from 'vue'

const LOWEST = 64
const HIGHEST = 240

export function useCaret(area: Ref<HTMLTextAreaElement | undefined>, text: Ref<string>) {
  function fit(): void {
    const element = area.value
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(HIGHEST, Math.max(LOWEST, element.scrollHeight))}px`
  }

  function focus(): void {
    area.value?.focus()
  }

  const place = () => area.value?.selectionStart ?? text.value.length

  async function to(caret: number): Promise<void> {
    await nextTick()
    fit()
    focus()
    area.value?.setSelectionRange(caret, caret)
  }

  /** Puts words where the caret stands, in place of what is selected. */
  async function insert(words: string): Promise<void> {
    const start = place()
    text.value = text.value.slice(0, start) + words + text.value.slice(area.value?.selectionEnd ?? start)
    await to(start + words.length)
  }

  onMounted(fit)
  return { fit, focus, place, to, insert }
}
