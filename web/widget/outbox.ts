// What the visitor said and the hub has not confirmed yet. One storage entry a frame, so that two tabs never overwrite
// each other; the same frame sent twice is harmless, because its client_id is the same.

import type { Shelf } from './memory'
import type { Lasting } from './protocol'

export interface Waiting { frame: Lasting; at: number; refused?: string }

const PREFIX = 'out:'
const KEPT = 3 * 24 * 3600 * 1000

export class Outbox {
  private readonly waiting = new Map<string, Waiting>()

  constructor(private readonly shelf: Shelf, now: number) {
    for (const key of shelf.keys()) {
      if (key.startsWith(PREFIX)) this.load(key, now)
    }
  }

  /** Everything unconfirmed, oldest first. */
  get all(): Waiting[] {
    return [...this.waiting.values()].sort((a, b) => a.at - b.at)
  }

  /** What is to be sent (again) now. */
  get due(): Lasting[] {
    return this.all.filter((one) => !one.refused).map((one) => one.frame)
  }

  get(id: string): Waiting | undefined {
    return this.waiting.get(id)
  }

  add(frame: Lasting, now: number): void {
    // Strictly later than the last: what was said first is sent first, even within one millisecond.
    const last = Math.max(0, ...[...this.waiting.values()].map((one) => one.at))
    this.put({ frame, at: Math.max(now, last + 1) })
  }

  /** The hub has it on disk. */
  accepted(id: string): void {
    this.waiting.delete(id)
    this.shelf.remove(PREFIX + id)
  }

  /** The hub will never take it; it stays to be seen until it is dropped. */
  refused(id: string, why: string): void {
    const one = this.waiting.get(id)
    if (one) this.put({ ...one, refused: why })
  }

  clear(): void {
    for (const id of [...this.waiting.keys()]) this.accepted(id)
  }

  private put(one: Waiting): void {
    this.waiting.set(one.frame.client_id, one)
    this.shelf.set(PREFIX + one.frame.client_id, JSON.stringify(one))
  }

  private load(key: string, now: number): void {
    try {
      const one = JSON.parse(this.shelf.get(key) ?? '') as Waiting
      if (one.frame.client_id === key.slice(PREFIX.length) && now - one.at < KEPT) {
        this.waiting.set(one.frame.client_id, one)
        return
      }
    } catch {
      // not ours, or cut off in the middle of a write
    }
    this.shelf.remove(key)
  }
}
