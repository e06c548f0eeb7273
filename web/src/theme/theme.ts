/** Light, dark, or as the machine says. */

export type Theme = 'light' | 'dark' | 'auto'

const dark = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null
let chosen: Theme = 'auto'

function paint(): void {
  const isDark = chosen === 'dark' || (chosen === 'auto' && (dark?.matches ?? false))
  document.documentElement.classList.toggle('dark', isDark)
}

export function setTheme(theme: Theme): void {
  chosen = theme
  paint()
}

dark?.addEventListener('change', paint)
