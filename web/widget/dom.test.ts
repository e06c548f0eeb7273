import { expect, test } from 'vitest'

import { isGood } from './forms'
import { linked, webAddress } from './dom'

const html = (text: string): string => {
  const box = document.createElement('div')
  box.append(...linked(text))
  return box.innerHTML
}

test('words stay words, whatever they look like', () => {
  expect(html('<img src=x onerror=alert(1)>')).toBe('&lt;img src=x onerror=alert(1)&gt;')
  expect(html('javascript:alert(1)')).toBe('javascript:alert(1)')
})

test('web addresses become links that tell the other site nothing', () => {
  const made = html('请看 https://例子.example/a?b=1。还有 http://x.example/。')
  expect(made.match(/<a /g)?.length).toBe(2)
  expect(made).toContain('rel="noopener noreferrer nofollow"')
  expect(made).toContain('href="http://x.example/"')
})

test('only http and https are addresses', () => {
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'x']) expect(webAddress(bad)).toBeNull()
})

test('a form asks for what it needs', () => {
  expect(isGood({ name: 'a', label: 'a' }, '')).toBe(false)
  expect(isGood({ name: 'a', label: 'a', required: false }, '')).toBe(true)
  expect(isGood({ name: 'a', label: 'a', kind: 'email' }, 'no')).toBe(false)
  expect(isGood({ name: 'a', label: 'a', kind: 'phone' }, '13800138000')).toBe(true)
})
