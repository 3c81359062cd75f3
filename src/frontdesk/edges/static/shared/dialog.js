// Questions before something that cannot be taken back. The browser's own <dialog> keeps the focus in,
// closes on Escape and gives the focus back.

import { el } from './element.js'

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} [body]
 * @property {string} confirm what the button that does it says
 * @property {string} [cancel]
 * @property {boolean} [danger]
 * @property {{label: string, type?: 'text'|'url'|'long', hint?: string, required?: boolean, maxLength?: number,
 *   value?: string, check?: (value: string) => string}} [field] `check` gives what is wrong, or ''
 */

let count = 0

/**
 * Asks; the field's text ('' without a field) when confirmed, null when not.
 * @param {Question} question
 * @returns {Promise<string|null>}
 */
export function ask(question) {
  const id = `dialog-${(count += 1)}`
  const field = question.field
  const input = field && el(field.type === 'long' ? 'textarea' : 'input', {
    id: `${id}-field`, class: 'field-input', dir: 'auto', rows: 4, maxLength: field.maxLength ?? 4000, value: field.value ?? '',
    type: field.type === 'long' ? undefined : 'text', inputMode: field.type === 'url' ? 'url' : 'text', required: field.required ?? false,
    'aria-describedby': `${id}-problem`,
  })
  const problem = el('p', { id: `${id}-problem`, class: 'field-problem', role: 'alert' })
  const form = el('form', { method: 'dialog', noValidate: true },
    el('h2', { id: `${id}-title`, text: question.title }),
    question.body && el('p', { id: `${id}-body`, class: 'dialog-body', text: question.body }),
    field && el('label', { class: 'field-label', htmlFor: `${id}-field`, text: field.label }),
    input,
    field?.hint && el('p', { class: 'field-hint', text: field.hint }),
    field && problem,
    el('div', { class: 'dialog-buttons' },
      el('button', { type: 'button', class: 'button quiet', text: question.cancel ?? 'Cancel', on: { click: () => dialog.close('') } }),
      el('button', { type: 'submit', class: question.danger ? 'button danger' : 'button primary', text: question.confirm })))
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': `${id}-title`, 'aria-describedby': question.body ? `${id}-body` : null }, form)
  let answer = /** @type {string|null} */ (null)
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault()
    const value = input?.value.trim() ?? ''
    const wrong = field ? (field.required && !value ? 'Please fill this in.' : field.check?.(value) ?? '') : ''
    if (wrong) {
      problem.textContent = wrong
      input.setAttribute('aria-invalid', 'true')
      input.focus()
      return
    }
    answer = value
    dialog.close()
  })
  document.body.append(dialog)
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(answer)
    })
    dialog.showModal()
  })
}
