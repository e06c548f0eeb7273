import { describe, expect, it } from 'vitest'

import { found } from './commands'
import { actOf, matches, SHORTCUTS } from './shortcuts'

const key = (more: object) => ({ key: '', code: '', altKey: false, ctrlKey: false, metaKey: false, isComposing: false, target: null, ...more })

describe('shortcuts', () => {
  it('are each pressed one way only', () => {
    expect(new Set(SHORTCUTS.map((item) => item.keys)).size).toBe(SHORTCUTS.length)
  })

  it('go by the place of a key: Alt changes what it types on a Mac', () => {
    expect(matches('Alt+J', key({ key: '∆', code: 'KeyJ', altKey: true }), true)).toBe(true)
    expect(matches('Mod+K', key({ key: 'k', code: 'KeyK', metaKey: true }), true)).toBe(true)
    expect(matches('Mod+K', key({ key: 'k', code: 'KeyK', metaKey: true }), false)).toBe(false)
    expect(matches('Alt+E', key({ key: 'e', code: 'KeyE', altKey: true, ctrlKey: true }), false)).toBe(false)
  })

  it('leave ? to the text while somebody writes', () => {
    expect(actOf(key({ key: '?' }))).toBe('command.sheet')
    expect(actOf(key({ key: '?', target: document.createElement('textarea') }))).toBeNull()
    expect(actOf(key({ key: 'e', code: 'KeyE', altKey: true, target: document.createElement('textarea') }))).toBe('conversation.resolve')
    expect(actOf(key({ key: '?', isComposing: true }))).toBeNull()
  })
})

describe('the command bar', () => {
  const command = (id: string, title: string) => ({ id, title, group: '', run: () => {} })
  const all = [command('snooze hour', '稍后处理：一小时后'), command('resolve', '解决'), command('resolve next', '解决并看下一个')]
  it('finds by every typed word, in the title or in English', () => {
    expect(found(all, '解决').map((item) => item.id)).toEqual(['resolve', 'resolve next'])
    expect(found(all, 'resolve next').map((item) => item.id)).toEqual(['resolve next'])
    expect(found(all, '').length).toBe(3)
    expect(found(all, 'zzz')).toEqual([])
  })
})
