// The keyboard's way to everything, and the page that says so.

import { el } from '../shared/element.js'

/** @typedef {'next'|'previous'|'accept'|'toggleReady'|'note'|'handOver'|'end'} Shortcut */

/** @type {{code: string, name: Shortcut, keys: string, does: string}[]} with Alt, by place on the keyboard */
const SHORTCUTS = [
  { code: 'KeyA', name: 'accept', keys: 'Alt + A', does: 'Accept the chat that rings' },
  { code: 'ArrowDown', name: 'next', keys: 'Alt + ↓', does: 'Next chat' },
  { code: 'ArrowUp', name: 'previous', keys: 'Alt + ↑', does: 'Previous chat' },
  { code: 'KeyN', name: 'note', keys: 'Alt + N', does: 'Switch between reply and note' },
  { code: 'KeyR', name: 'toggleReady', keys: 'Alt + R', does: 'Ready or not ready' },
  { code: 'KeyH', name: 'handOver', keys: 'Alt + H', does: 'Hand the chat over' },
  { code: 'KeyX', name: 'end', keys: 'Alt + X', does: 'End the chat' },
]
const OTHERS = [
  { keys: 'Enter', does: 'Send' },
  { keys: 'Shift + Enter', does: 'New line' },
  { keys: 'Esc', does: 'Close a question; on a phone, back to the list' },
  { keys: '?', does: 'This list' },
]

/**
 * @param {Record<Shortcut, () => void>} act
 * @returns {() => void} stops listening
 */
export function listenForShortcuts(act) {
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (document.querySelector('dialog[open]')) return
    if (event.key === '?' && !isField(event.target)) {
      event.preventDefault()
      showShortcuts()
      return
    }
    // With AltGr people write letters, so that is no shortcut.
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.getModifierState('AltGraph')) return
    const shortcut = SHORTCUTS.find(({ code }) => code === event.code)
    if (!shortcut) return
    event.preventDefault()
    act[shortcut.name]()
  }
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

/** @param {EventTarget|null} target */
const isField = (target) => target instanceof HTMLElement && target.matches('input, textarea, select')

export function showShortcuts() {
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': 'shortcuts-title' },
    el('h2', { id: 'shortcuts-title', text: 'Keyboard shortcuts' }),
    el('dl', { class: 'shortcuts' }, ...[...SHORTCUTS, ...OTHERS].flatMap(({ keys, does }) => [
      el('dt', {}, ...keys.split(' + ').map((key) => el('kbd', { text: key }))), el('dd', { text: does })])),
    el('form', { method: 'dialog', class: 'dialog-buttons' }, el('button', { class: 'button primary', text: 'Close' })))
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
