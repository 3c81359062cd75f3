// Tries an address on the conditions as they stand in the form, saved or not: which holds, and the address as it is compared.

import { el } from '../shared/element.js'
import { Fault, call } from './calls.js'
import { OPERATORS } from './conditions.js'
import { nextId } from './controls.js'
import { sentence } from './words.js'

const WORDS = new Map(OPERATORS)

export class UrlTester {
  /** @param {import('./form.js').Form} form */
  constructor(form) {
    this.form = form
    const id = nextId()
    this.input = el('input', { id, class: 'field-input', inputMode: 'url', maxLength: 8192, spellcheck: false, autocomplete: 'off', placeholder: 'https://' })
    this.result = el('div', { class: 'result', role: 'status' })
    // Enter here tries the address; it is no part of what is saved.
    this.input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter') return
      event.preventDefault()
      this.test()
    })
    this.root = el('section', { class: 'tool', 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title`, text: 'Would it be offered there?' }),
      el('label', { class: 'field-label', htmlFor: id, text: 'Address of a page' }),
      el('div', { class: 'find-row' }, this.input, el('button', { type: 'button', class: 'button', text: 'Test', on: { click: () => this.test() } })), this.result)
  }

  update() {
    this.root.hidden = this.form.get().action?.mediaType === 'webhook'
  }

  async test() {
    const url = this.input.value.trim()
    if (!url) {
      this.result.replaceChildren(el('p', { text: 'Paste the address of a page, with https://.' }))
      this.input.focus()
      return
    }
    try {
      this.show(await call('POST', '/actionmaps/urltest', { url, pageUrlConditions: this.form.get().pageUrlConditions ?? [] }))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.field?.startsWith('pageUrlConditions')) this.form.fault(error.message, error.field, 'This cannot be tried')
      this.result.replaceChildren(el('p', { class: 'field-problem', text: sentence(error.message) }))
    }
  }

  /** @param {any} found */
  show(found) {
    const verdict = found.normalizedUrl ? (found.matches ? 'Yes: all conditions hold.' : 'No: a condition does not hold.') : 'This is no address of a page.'
    this.result.replaceChildren(
      el('p', { class: found.matches ? 'verdict is-yes' : 'verdict is-no', text: verdict }),
      el('p', {}, el('span', { class: 'muted', text: 'Compared as ' }), el('code', { text: found.normalizedUrl || '–' })),
      el('ol', { class: 'checks' }, ...found.conditions.map((/** @type {any} */ one) => check(one.holds, `The address ${WORDS.get(one.operator) ?? one.operator} `, one.values.join(' or ')))))
  }
}

/**
 * One check: whether it lets pass, in a word and a colour.
 * @param {boolean} holds @param {string} text @param {string} [value]
 */
export function check(holds, text, value = '') {
  return el('li', { class: holds ? 'check is-yes' : 'check is-no' }, el('span', { class: 'check-mark', text: holds ? '✓' : '✗', 'aria-hidden': 'true' }),
    el('span', {}, el('span', { class: 'unseen', text: holds ? 'Holds: ' : 'Fails: ' }), text, value && el('code', { text: value })))
}
