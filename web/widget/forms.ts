// The two questions the widget asks outside the thread: the form before the chat, and the stars at its end.

import { h } from './dom'
import type { FormField } from './protocol'
import type { Words } from './words'

const SHAPES: Partial<Record<string, RegExp>> = {
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  phone: /^[+\d][\d\s()-]{4,20}$/,
}

export function isGood(field: FormField, value: string): boolean {
  if (!value) return field.required === false
  return SHAPES[field.kind ?? 'text']?.test(value) ?? true
}

export function form(words: Words, fields: FormField[], title: string, done: (answers: Record<string, string>) => void): HTMLElement {
  const inputs = new Map(fields.map((field) => [field, input(words, field)]))
  const labels = fields.map((field) => {
    const optional = field.required === false ? ` (${words.optional})` : ''
    return h('label', {}, `${field.label}${optional}`, inputs.get(field), h('span', { class: 'error', role: 'alert' }))
  })
  const submit = (event: Event): void => {
    event.preventDefault()
    const answers: Record<string, string> = {}
    let first: HTMLInputElement | null = null
    fields.forEach((field, at) => {
      const box = inputs.get(field) as HTMLInputElement
      const value = box.value.trim()
      const good = isGood(field, value)
      box.setAttribute('aria-invalid', String(!good))
      const error = labels[at]?.querySelector('.error')
      if (error) error.textContent = good ? '' : value ? words.wrong : words.required
      if (!good) first ??= box
      if (value) answers[field.name] = value.slice(0, 2000)
    })
    if (first) (first as HTMLInputElement).focus()
    else done(answers)
  }
  return h('form', { novalidate: true, submit }, ...labels, h('button', { class: 'primary', type: 'submit' }, title))
}

function input(words: Words, field: FormField): HTMLElement {
  const required = field.required === false ? null : 'true'
  if (field.kind === 'choice') {
    const options = (field.choices ?? []).map((choice) => h('option', { value: choice.value }, choice.label))
    return h('select', { name: field.name, 'aria-required': required }, h('option', { value: '' }, words.choose), ...options)
  }
  const type = field.kind === 'email' ? 'email' : field.kind === 'phone' ? 'tel' : 'text'
  const autocomplete = type !== 'text' ? type : field.name === 'name' ? 'name' : 'off'
  return h('input', { name: field.name, type, autocomplete, 'aria-required': required, maxlength: 2000 })
}

export function rating(words: Words, done: (stars: number, comment: string) => void, later: () => void): HTMLElement {
  let chosen = 0
  const comment = h('textarea', { rows: 2, maxlength: 2000, 'aria-label': words.comment, placeholder: words.comment }) as HTMLTextAreaElement
  const submit = h('button', { class: 'primary', type: 'button', disabled: true, click: () => done(chosen, comment.value) }, words.submit) as HTMLButtonElement
  const stars = [1, 2, 3, 4, 5].map((n) =>
    h('button', { type: 'button', role: 'radio', 'aria-checked': 'false', 'aria-label': words.stars(n), tabindex: n === 1 ? 0 : -1, click: () => choose(n) }, '★'))
  const choose = (n: number): void => {
    chosen = n
    submit.disabled = false
    stars.forEach((star, at) => {
      star.setAttribute('aria-checked', String(at + 1 === n))
      star.tabIndex = at + 1 === n ? 0 : -1
      star.classList.toggle('on', at < n)
    })
    stars[n - 1]?.focus()
  }
  const keys = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    choose(Math.min(5, Math.max(1, chosen + step)))
  }
  return h('div', { class: 'rate' }, h('p', { id: 'rate' }, words.rate),
    h('div', { class: 'stars', role: 'radiogroup', 'aria-labelledby': 'rate', keydown: keys }, ...stars),
    comment, submit, h('button', { class: 'plain', type: 'button', click: later }, words.later))
}
