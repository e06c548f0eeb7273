/** Files on their way to the hub, per conversation; leaving a conversation loses none. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import { upload } from '@/api/uploads'
import type { Media } from '@/api/types'
import { problemText } from '@/shell/say'

import { clientId } from './clientId'

export interface Attached {
  id: string
  name: string
  size: number
  preview: string | null
  share: number
  media: Media | null
  problem: string
}

export const useAttachments = defineStore('attachments', () => {
  const trays = ref<Record<string, Attached[]>>({})
  const cancels = new Map<string, () => void>()

  const of = (conversation: string): Attached[] => trays.value[conversation] ?? []

  function change(conversation: string, id: string, part: Partial<Attached>): void {
    trays.value[conversation] = of(conversation).map((item) => (item.id === id ? { ...item, ...part } : item))
  }

  async function add(conversation: string, files: readonly File[]): Promise<void> {
    await Promise.all(files.map((file) => one(conversation, file)))
  }

  async function one(conversation: string, file: File): Promise<void> {
    const id = clientId()
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null
    const item: Attached = { id, name: file.name, size: file.size, preview, share: 0, media: null, problem: '' }
    trays.value[conversation] = [...of(conversation), item]
    const { done, cancel } = upload(file, (share) => change(conversation, id, { share }))
    cancels.set(id, cancel)
    try {
      change(conversation, id, { media: await done, share: 1 })
    } catch (error) {
      if (!(error instanceof DOMException)) change(conversation, id, { problem: problemText(error) })
    } finally {
      cancels.delete(id)
    }
  }

  /** Shows a file that cannot go, with the reason, and sends nothing of it. */
  function refuse(conversation: string, file: File, problem: string): void {
    const item: Attached = { id: clientId(), name: file.name, size: file.size, preview: null, share: 0, media: null, problem }
    trays.value[conversation] = [...of(conversation), item]
  }

  function remove(conversation: string, id: string): void {
    cancels.get(id)?.()
    const gone = of(conversation).find((item) => item.id === id)
    if (gone?.preview) URL.revokeObjectURL(gone.preview)
    trays.value[conversation] = of(conversation).filter((item) => item.id !== id)
  }

  function clear(conversation: string): void {
    for (const item of of(conversation)) remove(conversation, item.id)
  }

  return { trays, of, add, refuse, remove, clear }
})
