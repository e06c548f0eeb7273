import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import en from './en.json'
import zh from './zh-CN.json'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, before = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(before + key, value)
    else for (const [inner, text] of flat(value, `${before}${key}.`)) found.set(inner, text)
  }
  return found
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(entry.name) && !entry.name.includes('.test.') ? [path] : []
  })
}

const chinese = flat(zh as Tree)
const english = flat(en as Tree)
const files = sources(join(import.meta.dirname, '..')).map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const code = files.map(({ text }) => text).join('\n')

/** Every quoted word that looks like a key, and the fixed beginnings of computed ones. */
const literal = new Set([...code.matchAll(/['"]([a-z_]+(?:\.[a-z_0-9]+)+)['"]/g)].map((match) => match[1] ?? ''))
const beginnings = [...code.matchAll(/`([a-z_]+\.(?:[a-z_]+\.)*[a-z_]*)\$\{[^`]*\}([a-z_.]*)`/g)].map((match) => ({
  start: match[1] ?? '',
  end: match[2] ?? '',
}))
const asked = new Set([...code.matchAll(/\b(?:t|say)\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''))
const places = (text: string) => [...text.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1]).sort()

describe('the words', () => {
  it('are the same keys in both languages, none empty', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
    expect([...chinese, ...english].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  it('have the same places to fill', () => {
    const differs = [...chinese].filter(([key, text]) => String(places(text)) !== String(places(english.get(key) ?? '')))
    expect(differs.map(([key]) => key)).toEqual([])
  })

  it('are all there that the pages ask for', () => {
    expect([...asked].filter((key) => !chinese.has(key))).toEqual([])
  })

  it('are all used', () => {
    const used = (key: string) =>
      literal.has(key) || asked.has(key) || beginnings.some(({ start, end }) => key.startsWith(start) && key.endsWith(end))
    expect([...chinese.keys()].filter((key) => !used(key))).toEqual([])
  })

  it('stand in these files alone: no page holds Chinese of its own', () => {
    const own = files.filter(({ path }) => path.endsWith('.vue')).flatMap(({ path, text }) => {
      const shown = text.replace(/<!--[\s\S]*?-->/g, '').replace(/<style[\s\S]*?<\/style>/g, '')
      return /\p{Script=Han}/u.test(shown.replace(/>中文</g, '><').replace(/"中文"/g, '').replace(/'中'/g, '')) ? [path] : []
    })
    expect(own).toEqual([])
  })
})
