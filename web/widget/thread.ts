// What the window knows of the conversation: every message once, in the order of the hub, whatever is repeated.

import type { Message, ServerFrame, Standing } from './protocol'

export class Thread {
  readonly messages: Message[] = []
  conversation = ''
  seq = 0
  standing: Standing = { state: 'new' }
  agentRead = 0
  private readonly known = new Set<string>()

  /** Take a frame; true when something to be seen changed. */
  take(frame: ServerFrame): boolean {
    switch (frame.type) {
      case 'hello':
        return this.welcome(frame)
      case 'message':
        return this.add(frame)
      case 'state':
        this.standing = frame
        return true
      case 'read':
        this.agentRead = frame.conversation === this.conversation ? Math.max(this.agentRead, frame.seq) : this.agentRead
        return true
      case 'status':
        return this.status(frame)
      default:
        return false
    }
  }

  /** Put older messages before what is there. */
  prepend(older: Message[]): void {
    const fresh = older.filter((message) => !this.known.has(id(message)))
    fresh.forEach((message) => this.known.add(id(message)))
    this.messages.unshift(...fresh)
  }

  has(clientId: string): boolean {
    return this.messages.some((message) => message.client_id === clientId)
  }

  forget(): void {
    this.messages.length = 0
    this.known.clear()
    this.conversation = ''
    this.seq = this.agentRead = 0
    this.standing = { state: 'new' }
  }

  private welcome(frame: Extract<ServerFrame, { type: 'hello' }>): boolean {
    if ((frame.conversation ?? '') !== this.conversation) {
      this.conversation = frame.conversation ?? ''
      this.seq = this.agentRead = 0
    }
    this.standing = frame
    return true
  }

  private add(message: Message): boolean {
    if (message.conversation === this.conversation) this.seq = Math.max(this.seq, message.seq)
    if (this.known.has(id(message))) return false
    this.known.add(id(message))
    this.messages.push(message)
    return true
  }

  private status(frame: Extract<ServerFrame, { type: 'status' }>): boolean {
    const found = this.messages.find((m) => m.seq === frame.seq && m.conversation === frame.conversation)
    if (found) found.status = frame.status
    return found !== undefined
  }
}

function id(message: Message): string {
  return `${message.conversation}:${message.seq}`
}
