// Why one map is not offered to one visitor on a page: every check in words.

import { el } from '../shared/element.js'
import { Fault, call } from './calls.js'
import { nameOf, nextId } from './controls.js'
import { check } from './url_tester.js'
import { sentence } from './words.js'

export class WhyNot {
  /** @param {string} visitId */
  constructor(visitId) {
    this.visitId = visitId
    const [title, map, page] = [nextId(), nextId(), nextId()]
    this.map = el('select', { id: map, class: 'field-input' })
    this.url = el('input', { id: page, class: 'field-input', inputMode: 'url', maxLength: 8192, spellcheck: false, autocomplete: 'off' })
    this.result = el('div', { class: 'result', role: 'status' })
    this.root = el('section', { class: 'tool', hidden: true, 'aria-labelledby': title }, el('h2', { id: title, text: 'Why not?' }),
      el('form', { noValidate: true, on: { submit: (/** @type {Event} */ event) => { event.preventDefault(); this.ask() } } },
        el('label', { class: 'field-label', htmlFor: map, text: 'The map' }), this.map,
        el('label', { class: 'field-label', htmlFor: page, text: 'On the page' }), this.url,
        el('p', { class: 'row-add' }, el('button', { type: 'submit', class: 'button', text: 'Why is it not offered?' }))), this.result)
  }

  /** @param {import('./calls.js').Thing[]} maps */
  async open(maps) {
    this.root.hidden = !maps.length
    this.map.replaceChildren(...maps.map((one) => el('option', { value: one.id, text: nameOf(one) })))
  }

  /** @param {string} url where the visitor is; kept as long as nobody writes another */
  suggest(url) {
    if (this.url.value === (this.suggested ?? '')) this.url.value = url
    this.suggested = url
  }

  async ask() {
    try {
      this.show(await call('POST', `/actionmaps/${encodeURIComponent(this.map.value)}/test`, { url: this.url.value.trim(), sessionId: this.visitId }))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.result.replaceChildren(el('p', { class: 'field-problem', text: sentence(error.message) }))
    }
  }

  /** @param {any} found */
  show(found) {
    const failing = found.checks.filter((/** @type {any} */ one) => !one.passed).length
    this.result.replaceChildren(
      el('p', { class: found.passed ? 'verdict is-yes' : 'verdict is-no', text: found.passed ? 'Nothing stands in its way.' : `${failing === 1 ? 'One thing stands' : `${failing} things stand`} in its way.` }),
      el('ol', { class: 'checks' }, ...found.checks.map((/** @type {any} */ one) => check(one.passed, one.text))))
  }
}
