import { describe, expect, it } from 'vitest'

import { setLanguage } from '@/i18n'

import { reasonText } from './reasons'

const nameOf = (id: string) => id
const skill = { code: 'skill' as const, detail: '燃气' }
const full = { code: 'full' as const, detail: '' }

describe('why nobody was given it', () => {
  it('says what nobody has, though all are full', async () => {
    await setLanguage('en')
    const told = { idle: 0, people: 2, counts: [{ hindrance: full, people: 2 }], lacking: skill }
    expect(reasonText(told, nameOf)).toBe('2 at work, all full; free or not, no one has skill “燃气”')
  })

  it('says it once', async () => {
    await setLanguage('en')
    const told = { idle: 3, people: 3, counts: [{ hindrance: skill, people: 3 }], lacking: skill }
    expect(reasonText(told, nameOf)).toBe('3 idle, no one has skill “燃气”')
  })

  it('says nothing more where somebody could serve it', async () => {
    await setLanguage('en')
    expect(reasonText({ idle: 0, people: 1, counts: [{ hindrance: full, people: 1 }], lacking: null }, nameOf)).toBe('1 at work, all full')
  })
})
