// Who is on the site now: where they are, since when, and what was offered to them.

import { el, keyed, setText } from '../shared/element.js'
import { fullTime, span } from '../shared/format.js'
import { look, one } from './calls.js'
import { segmentTags } from './tags.js'
import { counted, ms, pathOf, stateWords } from './words.js'

const SHOWN_MAX = 200
const IN_A_ROW = 5 // A visitor's own page has all segments and offers.

/** @typedef {import('./calls.js').Thing} Thing */

export class VisitorsView {
  constructor() {
    this.title = 'Live visitors'
    this.place = 'visitors'
    this.count = el('p', { class: 'lead', role: 'status', text: 'Looking…' })
    this.rows = el('tbody')
    this.table = el('table', { class: 'visits', hidden: true }, el('thead', {}, el('tr', {}, ...['Is on', 'Here since', 'Pages', 'Segments', 'Offers'].map((text) => el('th', { scope: 'col', text })))), this.rows)
    this.none = el('p', { class: 'empty', hidden: true }, 'Nobody is on the site just now. Visitors show here as soon as a page with the ', el('a', { href: '#/deployments', text: 'tracker’s snippet' }), ' tells of them.')
    this.root = el('main', { class: 'page', id: 'content' }, el('h1', { text: this.title }), this.count, this.none, el('div', { class: 'wide', tabIndex: 0, role: 'region', 'aria-label': 'Visitors' }, this.table))
  }

  open() { return this.refresh() }

  async refresh() {
    const found = await look('/sessions', { open: 'true', pageSize: String(SHOWN_MAX) })
    const visits = /** @type {Thing[]} */ (found.entities).sort((a, b) => (a.idleDate < b.idleDate ? 1 : -1))
    const more = found.after ? `; these are ${counted(visits.length, 'of them', 'of them')}` : ''
    setText(this.count, `${counted(found.total, 'visitor')} on the site${more}`)
    this.none.hidden = visits.length > 0
    this.table.hidden = !visits.length
    keyed(this.rows, visits, (visit) => visit.id, make, update)
  }
}

/** @param {Thing} visit */
function make(visit) {
  const cell = (/** @type {string} */ name, /** @type {string} */ label) => el('td', { class: name, data: { label } })
  const where = el('td', { class: 'visit-page' })
  where.append(el('a', { class: 'visit-title', dir: 'auto', href: `#/visit/${one(visit.id)}` }), el('p', { class: 'visit-path muted', dir: 'auto' }))
  return el('tr', {}, where, cell('visit-since', 'Here since'), cell('visit-pages', 'Pages'), cell('visit-segments', 'Segments'), cell('visit-offers', 'Offers'))
}

/** @param {HTMLElement} node @param {Thing} visit */
function update(node, visit) {
  const at = (/** @type {string} */ name) => /** @type {HTMLElement} */ (node.querySelector(name))
  const url = visit.lastPage?.url ?? ''
  setText(at('.visit-title'), visit.lastPage?.title || (url ? pathOf(url) : 'A visit without a page'))
  setText(at('.visit-path'), visit.lastPage?.title ? pathOf(url) : '')
  const beganMs = ms(visit.createdDate)
  setText(at('.visit-since'), span(Date.now() - beganMs))
  at('.visit-since').title = fullTime(beganMs)
  setText(at('.visit-pages'), String(visit.pageviewCount))
  // Only what has changed is drawn again: whoever reads it is not disturbed.
  const drawn = JSON.stringify([visit.segments.map((/** @type {Thing} */ it) => it.displayName), visit.actions.map((/** @type {Thing} */ it) => it.state)])
  if (node.dataset.drawn === drawn) return
  node.dataset.drawn = drawn
  at('.visit-segments').replaceChildren(segmentTags(visit.segments, IN_A_ROW))
  const rest = visit.actions.length - IN_A_ROW
  at('.visit-offers').replaceChildren(
    ...visit.actions.slice(-IN_A_ROW).map((/** @type {Thing} */ action) => el('p', {}, el('bdi', { class: 'visit-offer', text: action.actionMap.displayName ?? 'A map that is gone' }), el('span', { class: 'muted', text: `: ${stateWords(action.state)}` }))),
    ...(rest > 0 ? [el('p', { class: 'muted', text: `and ${rest} before` })] : []))
}
