/** The editor in the colours of the house, light and dark: variables reach into a shadow root. */

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const MONO = 'ui-monospace, "SFMono-Regular", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace'

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--yz-surface)', color: 'var(--yz-text)', fontSize: '13px' },
  '.cm-scroller': { fontFamily: MONO, lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--yz-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--yz-text)' },
  '.cm-gutters': { backgroundColor: 'var(--yz-raised)', color: 'var(--yz-muted)', borderRight: '1px solid var(--yz-line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--yz-accent-soft)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--yz-accent-soft)' },
  '.cm-tooltip': { backgroundColor: 'var(--yz-surface)', color: 'var(--yz-text)', border: '1px solid var(--yz-line)' },
  '.cm-panels': { backgroundColor: 'var(--yz-raised)', color: 'var(--yz-text)' },
})

const words = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName, tags.keyword], color: 'var(--yz-info)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--yz-good)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--yz-muted)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.null, tags.meta, tags.labelName, tags.typeName], color: 'var(--yz-warn)' },
])

export const look = [theme, syntaxHighlighting(words)]
