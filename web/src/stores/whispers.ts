/** What leads whispered to this colleague just now: shown over every page until it was read. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import type { Message } from '@/api/types'

const MOST = 5

export interface Whisper {
  id: string
  conversation: string
  by: string
  text: string
  at: string
}

export const useWhispers = defineStore('whispers', () => {
  const shown = ref<Whisper[]>([])

  function heard(conversation: string, message: Message): void {
    if (shown.value.some((whisper) => whisper.id === message.id)) return
    const text = message.parts.flatMap((part) => (part.type === 'text' ? [part.body] : [])).join('\n')
    const fresh = { id: message.id, conversation, by: message.author.name ?? '', text, at: message.at }
    shown.value = [...shown.value, fresh].slice(-MOST)
  }

  function close(id: string): void {
    shown.value = shown.value.filter((whisper) => whisper.id !== id)
  }

  function forget(): void {
    shown.value = []
  }

  return { shown, heard, close, forget }
})
