// Who changed a thing, when, and which of its fields: asked for when somebody wants to know.

import { el } from '../shared/element.js'
import { fullTime } from '../shared/format.js'
import { Fault, look } from './calls.js'
import { ms, sentence } from './words.js'

const SHOWN_MAX = 50
const DOINGS = new Map([['add', 'made it'], ['edit', 'changed it'], ['delete', 'deleted it']])

export class History {
  /**
   * @param {Record<string, string>} which changes, for the API
   * @param {(field: string) => string} labelOf what the form calls a field
   */
  constructor(which, labelOf) {
    this.which = which
    this.labelOf = labelOf
    this.list = el('div', { role: 'status' })
    this.root = el('details', { class: 'history', on: { toggle: () => this.look() } }, el('summary', { text: 'Who changed it' }), this.list)
  }

  async look() {
    if (!this.root.open) return
    try {
      this.show(await look('/audit', { ...this.which, pageSize: String(SHOWN_MAX) }))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.list.replaceChildren(el('p', { class: 'field-problem', text: sentence(error.message) }))
    }
  }

  /** @param {any} page */
  show(page) {
    const more = page.total > page.entities.length ? [el('p', { class: 'muted', text: `These are the newest of ${page.total.toLocaleString()}.` })] : []
    this.list.replaceChildren(page.entities.length ? el('ol', { class: 'changes' }, ...page.entities.map((/** @type {any} */ one) => this.line(one))) : el('p', { class: 'muted', text: 'Nobody has changed it yet.' }), ...more)
  }

  /** @param {any} change */
  line(change) {
    const fields = (change.fields ?? []).map(this.labelOf)
    return el('li', {}, el('time', { class: 'muted', dateTime: change.date, text: fullTime(ms(change.date)) }), ' ', el('bdi', { text: change.by ?? 'Somebody' }),
      ` ${DOINGS.get(change.action) ?? change.action}${fields.length ? `: ${fields.join(', ')}` : ''}`)
  }
}
