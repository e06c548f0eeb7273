// What survives a reload. Falls back to the page's own memory where storage is refused.

export interface Shelf {
  get(key: string): string | null
  set(key: string, value: string): void
  remove(key: string): void
  keys(): string[]
}

export function shelf(prefix: string, storage?: Storage): Shelf {
  const own = new Map<string, string>()
  const found = storage ?? safely(() => window.localStorage)
  return {
    get: (key) => safely(() => found?.getItem(prefix + key)) ?? own.get(key) ?? null,
    set(key, value) {
      own.set(key, value)
      safely(() => found?.setItem(prefix + key, value))
    },
    remove(key) {
      own.delete(key)
      safely(() => found?.removeItem(prefix + key))
    },
    keys() {
      const stored = safely(() => Object.keys(found ?? {})) ?? []
      const here = stored.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
      return [...new Set([...here, ...own.keys()])]
    },
  }
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined // storage is switched off, full, or sealed away from frames of other sites
  }
}
