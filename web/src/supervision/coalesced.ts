/** Something that is done again after hints, but never more often than once in `every`, and never twice at once. */

export interface Clock {
  now: () => number
  after: (run: () => void, wait: number) => void
}

const real: Clock = { now: () => Date.now(), after: (run, wait) => void setTimeout(run, wait) }

/** Answers a function that takes a hint; the first is followed at once, the rest of its second together. */
export function coalesced(run: () => Promise<void>, every: number, clock: Clock = real): () => void {
  let last = Number.NEGATIVE_INFINITY
  let running = false
  let waiting = false
  let missed = false

  async function go(): Promise<void> {
    running = true
    last = clock.now()
    try {
      await run()
    } finally {
      running = false
      if (missed) {
        missed = false
        hint()
      }
    }
  }

  function hint(): void {
    if (running) {
      missed = true
      return
    }
    if (waiting) return
    const rest = last + every - clock.now()
    if (rest <= 0) return void go()
    waiting = true
    clock.after(() => {
      waiting = false
      void go()
    }, rest)
  }

  return hint
}
