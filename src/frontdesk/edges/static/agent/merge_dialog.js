// Choosing which other chat is brought into this one.

import { el } from '../shared/element.js'

/** @typedef {import('./chat.js').Chat} Chat */

let count = 0

/**
 * Asks which chat to merge into the one at hand; its id, or null.
 * @param {Chat[]} others
 * @returns {Promise<string|null>}
 */
export function askWhatToMerge(others) {
  const id = `merge-${(count += 1)}`
  const chats = el('fieldset', { class: 'choices' }, el('legend', { class: 'field-label', text: 'Chat that is merged into this one' }),
    ...others.map((chat, at) => el('label', { class: 'choice' },
      el('input', { type: 'radio', name: id, value: chat.id, required: true, checked: at === 0 }),
      el('span', {}, el('bdi', { text: chat.nickname || 'A visitor' }), chat.subject && el('span', { class: 'choice-hint', text: chat.subject })))),
    !others.length && el('p', { class: 'field-hint', text: 'You have no other chat.' }))
  const form = el('form', { method: 'dialog' },
    el('h2', { id: `${id}-title`, text: 'Merge chats' }),
    el('p', { class: 'dialog-body', text: 'The other chat ends. Your colleagues in it come here, with what is known of its visitor.' }),
    chats,
    el('div', { class: 'dialog-buttons' },
      el('button', { type: 'button', class: 'button quiet', text: 'Cancel', on: { click: () => dialog.close() } }),
      el('button', { type: 'submit', class: 'button danger', text: 'Merge', disabled: !others.length })))
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': `${id}-title` }, form)
  let chosen = /** @type {string|null} */ (null)
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault()
    chosen = String(new FormData(form).get(id))
    dialog.close()
  })
  document.body.append(dialog)
  const answer = /** @type {Promise<string|null>} */ (new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(chosen)
    })
  }))
  dialog.showModal()
  return answer
}
