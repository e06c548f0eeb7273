/** Light, dark, or as the machine says. */

export type Theme = 'light' | 'dark' | 'system'

const dark = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null
let chosen: Theme = 'system'

function paint(): void {
  const isDark = chosen === 'dark' || (chosen === 'system' && (dark?.matches ?? false))
  document.documentElement.classList.toggle('dark', isDark)
}

export function setTheme(theme: Theme): void {
  chosen = theme
  paint()
}

dark?.addEventListener('change', paint)
