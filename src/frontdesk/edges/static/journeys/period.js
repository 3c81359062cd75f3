// Which time a report is about, how it counts, and in which time zone, asked for in one row.

import { el } from '../shared/element.js'
import { nextId } from './controls.js'

const DAY_MS = 86_400_000
/** @type {[string, string][]} */
const SPANS = [['1', 'The last 24 hours'], ['7', 'The last 7 days'], ['30', 'The last 30 days'], ['90', 'The last 90 days'], ['own', 'From … until …']]
const BASES = [['event', 'when it happened'], ['cohort', 'when it was offered']]

const chosen = { span: '7', from: '', to: '', basis: 'event', zone: '' } // For all reports, as long as the page is open.

export class Period {
  /** @param {() => void} onChange */
  constructor(onChange) {
    const changed = () => {
      Object.assign(chosen, { span: this.span.value, from: this.from.value, to: this.to.value, basis: this.basis.value, zone: this.zone.value })
      this.own.hidden = chosen.span !== 'own'
      onChange()
    }
    const on = { change: changed }
    this.span = select(SPANS, chosen.span, on)
    this.basis = select(BASES, chosen.basis, on)
    this.from = el('input', { type: 'datetime-local', id: nextId(), class: 'field-input', value: chosen.from, on })
    this.to = el('input', { type: 'datetime-local', id: nextId(), class: 'field-input', value: chosen.to, on })
    this.zone = select([['', 'of the settings'], ...zones()], chosen.zone, on)
    this.own = el('div', { class: 'period-own', hidden: chosen.span !== 'own' }, labelled('From', this.from), labelled('Until', this.to))
    this.root = el('div', { class: 'period' }, labelled('Time', this.span), this.own, labelled('Counted by', this.basis), labelled('Time zone', this.zone))
  }

  /** What is asked of the API. @returns {Record<string, string>} */
  query() {
    const now = Date.now()
    const isOwn = this.span.value === 'own'
    const at = (/** @type {string} */ text, /** @type {number} */ otherwise) => new Date(text ? Date.parse(text) : otherwise).toISOString()
    const from = isOwn ? at(this.from.value, now - 7 * DAY_MS) : at('', now - Number(this.span.value) * DAY_MS)
    const to = isOwn && this.to.value ? { to: at(this.to.value, now) } : {}
    return { from, ...to, basis: this.basis.value, ...(this.zone.value ? { timeZone: this.zone.value } : {}) }
  }
}

/** @param {string[][]} options @param {string} value @param {Record<string, () => void>} on */
const select = (options, value, on) => el('select', { id: nextId(), class: 'field-input', on }, ...options.map(([name, text]) => el('option', { value: name, text, selected: name === value })))

/** @param {string} text @param {any} input */
const labelled = (text, input) => el('div', {}, el('label', { class: 'field-label', htmlFor: input.id, text }), input)

/** The browser's own first, then UTC. @returns {[string, string][]} */
function zones() {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone
  return [...new Set([own, 'UTC'])].filter(Boolean).map((zone) => [zone, zone])
}
