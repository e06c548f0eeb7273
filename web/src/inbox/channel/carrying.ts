/** What a channel can carry, what it makes of the rest, and what it refuses, before anything leaves the page. Pure. */

import type { ChannelNow, Tag } from '@/api/channels'
import type { SaidPart } from '@/api/types'

export type Fate = 'carried' | 'text' | 'link' | 'refused'

/** Why something cannot leave, as the words of the page name it. */
export interface Refusal {
  why: 'kind' | 'long' | 'bytes' | 'size' | 'type'
  facts: Record<string, string | number>
}

const ALL_KINDS: readonly Tag[] = ['image', 'audio', 'video', 'file']

/** What becomes of a kind that is not carried; the document says `string` where only these two are. */
function into(channel: ChannelNow, tag: Tag): 'text' | 'link' | undefined {
  return channel.degrades[tag] as 'text' | 'link' | undefined
}

export function fate(channel: ChannelNow, tag: Tag): Fate {
  if (channel.carries.includes(tag)) return 'carried'
  return into(channel, tag) ?? 'refused'
}

/** `image/*` and `*` are prefixes. */
export function suits(pattern: string, type: string): boolean {
  return pattern === '*' || pattern === '*/*' || pattern === type || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1)))
}

function kindOf(type: string): Tag {
  const [first] = type.split('/')
  return first === 'image' || first === 'audio' || first === 'video' ? first : 'file'
}

/** The most bytes a file of this type may have: the narrowest rule that suits. */
export function mostBytes(channel: ChannelNow, type: string): number {
  const rules = Object.entries(channel.limits.by_type ?? {}).filter(([pattern]) => suits(pattern, type))
  return Math.min(channel.limits.attachment_bytes ?? 0, ...rules.map(([, most]) => most))
}

/** How a file would travel: itself, as a link to it, or not at all. Links have no limits of the channel's. */
export function fileFate(channel: ChannelNow, type: string): Fate {
  const kind = kindOf(type)
  const known = fate(channel, kind)
  if (known !== 'carried') return known === 'refused' ? fate(channel, 'file') : known
  const types = channel.limits.attachment_types ?? []
  const suited = !types.length || types.some((pattern) => suits(pattern, type))
  return suited ? 'carried' : (into(channel, kind) ?? into(channel, 'file') ?? 'refused')
}

export function fileRefusal(channel: ChannelNow, file: { type: string; size: number }): Refusal | null {
  const type = file.type || 'application/octet-stream'
  const how = fileFate(channel, type)
  if (how === 'refused') return { why: channel.carries.some((tag) => ALL_KINDS.includes(tag)) ? 'type' : 'kind', facts: { type } }
  if (how !== 'carried') return null
  const most = mostBytes(channel, type)
  if (!most || file.size <= most) return null
  const links = into(channel, kindOf(type)) ?? into(channel, 'file')
  return links === 'link' ? null : { why: 'size', facts: { most } }
}

/** Whether any file can go, in whatever form. */
export function takesFiles(channel: ChannelNow): boolean {
  return ALL_KINDS.some((tag) => fate(channel, tag) !== 'refused')
}

/** For the file dialog; empty lets everything be chosen. */
export function acceptOf(channel: ChannelNow): string {
  const types = channel.limits.attachment_types ?? []
  const links = ALL_KINDS.some((tag) => into(channel, tag) === 'link')
  return links || types.includes('*') ? '' : types.join(',')
}

export function textRefusal(channel: ChannelNow, text: string): Refusal | null {
  const { text: most, text_bytes } = channel.limits
  const length = [...text].length
  if (most && length > most) return { why: 'long', facts: { most, over: length - most } }
  const bytes = text_bytes ? new TextEncoder().encode(text).length : 0
  return text_bytes && bytes > text_bytes ? { why: 'bytes', facts: { most: text_bytes, over: bytes - text_bytes } } : null
}

/** The kinds among these parts that will not arrive as they are written. */
export function degradedKinds(channel: ChannelNow, parts: readonly SaidPart[]): { tag: Tag; into: 'text' | 'link' }[] {
  const found = new Map<Tag, 'text' | 'link'>()
  for (const part of parts) {
    const how = 'media_type' in part ? fileFate(channel, part.media_type) : fate(channel, part.type as Tag)
    if (how === 'text' || how === 'link') found.set(part.type as Tag, how)
  }
  return [...found].map(([tag, into]) => ({ tag, into }))
}
