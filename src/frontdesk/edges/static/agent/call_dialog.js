// Choosing a colleague to call into a chat, what for, and what to tell them.

import { el } from '../shared/element.js'
import { CallFailed, colleagues } from './account.js'

/** @typedef {{agent_id: string, name: string, role: string, slots: number}} Colleague */
/** @typedef {{agent_id: string, purpose: string, note?: string}} Call */

const PURPOSES = [
  ['consult', 'Ask for advice', 'The visitor does not see your colleague.'],
  ['conference', 'Add to the chat', 'You both answer.'],
  ['transfer', 'Pass the chat on', 'You leave as soon as your colleague is there.'],
]

let count = 0

/**
 * Asks whom to call; null when nobody.
 * @returns {Promise<Call|null>}
 */
export async function askWhomToCall() {
  const id = `call-${(count += 1)}`
  const people = el('fieldset', { class: 'choices' }, el('legend', { class: 'field-label', text: 'Colleague' }), el('p', { class: 'field-hint', role: 'status', text: 'Looking who is ready…' }), el('div', { class: 'choice-list' }))
  const purposes = el('fieldset', { class: 'choices' }, el('legend', { class: 'field-label', text: 'What for' }),
    ...PURPOSES.map(([value, label, hint], at) => choice(`${id}-purpose`, value, label, hint, { checked: at === 0 })))
  const note = el('textarea', { id: `${id}-note`, class: 'field-input', rows: 3, dir: 'auto', maxLength: 2000 })
  const rest = el('div', {}, purposes,
    el('label', { class: 'field-label', htmlFor: note.id, text: 'Note for your colleague (optional)' }), note,
    el('p', { class: 'field-hint', text: 'The visitor does not see this.' }))
  const confirm = el('button', { type: 'submit', class: 'button primary', text: 'Call', disabled: true })
  const form = el('form', { method: 'dialog' },
    el('h2', { id: `${id}-title`, text: 'Call a colleague' }), people, rest,
    el('div', { class: 'dialog-buttons' },
      el('button', { type: 'button', class: 'button quiet', text: 'Cancel', on: { click: () => dialog.close() } }), confirm))
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': `${id}-title` }, form)
  let call = /** @type {Call|null} */ (null)
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault()
    const chosen = new FormData(form)
    const text = note.value.trim()
    call = { agent_id: String(chosen.get(`${id}-agent`)), purpose: String(chosen.get(`${id}-purpose`)), ...(text ? { note: text } : {}) }
    dialog.close()
  })
  document.body.append(dialog)
  const answer = new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(call)
    })
  })
  dialog.showModal()
  confirm.disabled = rest.hidden = !(await list(people, `${id}-agent`))
  return /** @type {Promise<Call|null>} */ (answer)
}

/**
 * Shows the colleagues who are ready; whether one of them can be called.
 * @param {HTMLElement} people
 * @param {string} name
 * @returns {Promise<boolean>}
 */
async function list(people, name) {
  const status = /** @type {HTMLElement} */ (people.querySelector('[role=status]'))
  try {
    const found = await colleagues()
    const free = found.filter((each) => each.slots > 0)
    const full = found.filter((each) => !each.slots)
    status.textContent = found.length ? '' : 'No colleague is ready now. You can hand the chat over instead: it rings for the next one who is free.'
    if (found.length && !free.length) status.textContent = 'Nobody has room for another chat now.'
    people.querySelector('.choice-list')?.append(...[...free, ...full].map((each) =>
      choice(name, each.agent_id, each.name, each.slots ? '' : 'No room for another chat', { checked: each === free[0], disabled: !each.slots })))
    people.querySelector('input:checked')?.focus()
    return free.length > 0
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
    status.textContent = error.message
    return false
  }
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} label
 * @param {string} hint
 * @param {object} state
 */
function choice(name, value, label, hint, state) {
  return el('label', { class: 'choice' },
    el('input', { type: 'radio', name, value, required: true, ...state }),
    el('span', {}, el('bdi', { text: label }), hint && el('span', { class: 'choice-hint', text: hint })))
}
