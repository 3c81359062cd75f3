// All applications, and a field for a session whose id is known.

import { el, keyed, setText } from '../shared/element.js'
import { fullTime } from '../shared/format.js'
import { applications } from './looks.js'

export class ApplicationsView {
  constructor() {
    this.title = 'Orchestration'
    this.items = el('ul', { class: 'cards' })
    this.empty = el('p', { class: 'empty', hidden: true, text: 'There are no applications yet. frontdesk orchestration upload FOLDER takes one in.' })
    const id = el('input', { id: 'session-id', class: 'field-input', required: true, maxLength: 200, spellcheck: false, autocomplete: 'off' })
    this.root = el('main', { class: 'page', id: 'content' },
      el('h1', { text: 'Applications' }), this.empty, this.items,
      el('form', { class: 'find', on: { submit: (/** @type {Event} */ event) => {
        event.preventDefault()
        if (id.value.trim()) location.hash = `#/session/${encodeURIComponent(id.value.trim())}`
      } } },
      el('label', { class: 'field-label', htmlFor: 'session-id', text: 'Look at a session by its id' }),
      el('div', { class: 'find-row' }, id, el('button', { type: 'submit', class: 'button', text: 'Look' }))))
  }

  async refresh() {
    const found = await applications()
    this.empty.hidden = found.length > 0
    keyed(this.items, found, (one) => one.name, (one) => this.make(one), (node, one) => this.update(node, one))
  }

  /** @param {import('./looks.js').Application} one */
  make(one) {
    return el('li', { class: 'card' },
      el('a', { class: 'card-name', href: `#/application/${encodeURIComponent(one.name)}`, text: one.name }),
      el('p', { class: 'card-open' }), el('p', { class: 'card-version muted' }))
  }

  /** @param {Element} node @param {import('./looks.js').Application} one */
  update(node, one) {
    setText(/** @type {Element} */ (node.querySelector('.card-open')), one.open === 1 ? '1 open session' : `${one.open} open sessions`)
    const since = one.active ? `version ${one.active.slice(0, 12)} since ${fullTime(one.activated_ms)}` : 'no version is to run'
    setText(/** @type {Element} */ (node.querySelector('.card-version')), `${since}; ${one.versions.length} in all`)
  }
}
