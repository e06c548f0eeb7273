import { expect, it } from 'vitest'

import { coalesced } from './coalesced'

function workshop() {
  let now = 0
  const later: { at: number; run: () => void }[] = []
  const clock = { now: () => now, after: (run: () => void, wait: number) => void later.push({ at: now + wait, run }) }
  const pass = async (wait: number) => {
    now += wait
    for (const due of later.filter(({ at }) => at <= now)) {
      later.splice(later.indexOf(due), 1)
      due.run()
    }
    await Promise.resolve()
    await Promise.resolve()
  }
  return { clock, pass }
}

it('follows the first hint at once and the rest of the second together', async () => {
  const { clock, pass } = workshop()
  let runs = 0
  const hint = coalesced(async () => void (runs += 1), 1000, clock)
  for (let n = 0; n < 10; n += 1) hint()
  await pass(0)
  expect(runs).toBe(1)
  for (let n = 0; n < 10; n += 1) hint()
  await pass(900)
  expect(runs).toBe(1)
  await pass(100)
  expect(runs).toBe(2)
  await pass(5000)
  expect(runs).toBe(2)
})

it('hears a hint that comes while it reads, and goes on after a failure', async () => {
  const { clock, pass } = workshop()
  let finish: () => void = () => undefined
  let runs = 0
  const hint = coalesced(
    () => {
      runs += 1
      return new Promise((resolve) => void (finish = resolve))
    },
    1000,
    clock,
  )
  hint()
  hint()
  expect(runs).toBe(1)
  await pass(3000)
  expect(runs).toBe(1)
  finish()
  await pass(0)
  expect(runs).toBe(2)
})
