/** What Enter means in the composer. Pure. */

type Pressed = Pick<KeyboardEvent, 'key' | 'keyCode' | 'isComposing' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Whether the key belongs to an input method: Safari ends the composition first and then says 229. */
export function composing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229
}

/** Ctrl/Cmd+Enter always sends; Enter alone does when the person likes it so; Shift+Enter never. */
export function sends(event: Pressed, enterSends: boolean): boolean {
  if (event.key !== 'Enter' || composing(event) || event.shiftKey || event.altKey) return false
  return event.ctrlKey || event.metaKey || enterSends
}
