// How one map performs: the funnel, why it was not offered, and apart from both, diagnostics.

import { el } from '../shared/element.js'
import { look, one } from './calls.js'
import { funnel } from './funnel.js'
import { Period } from './period.js'
import { COLUMNS, caption, cell, countAnew, legend } from './report_view.js'
import { counted, lasted, percent, reasonWords } from './words.js'

/** @typedef {import('./calls.js').Thing} Thing */

/** @type {[string, string][]} */
const DIAGNOSTICS = [['rejectedInvitationPercent', 'Rejected % (invitation)'], ['formDropPercent', 'Form drop %'], ['startedPercent', 'Started %'], ['abandonedPercent', 'Abandoned %'],
  ['agentConnectPercent', 'Agent connect %'], ['ignoredPercent', 'Ignored %'], ['timedOutPercent', 'Timed out %'], ['erroredPercent', 'Errored %'], ['medianDispositionMs', 'Time to an answer'],
  ['medianWaitMs', 'Wait for an agent'], ['lift', 'Lift']]

export class MapReportView {
  /** @param {string} id of a map */
  constructor(id) {
    this.id = id
    this.title = 'Performance'
    this.place = 'report'
    this.period = new Period(() => this.refreshNow())
    this.heading = el('h1', { text: this.title })
    this.caption = el('p', { class: 'muted', role: 'status', text: 'Counting…' })
    this.problem = el('p', { class: 'field-problem', role: 'alert' })
    this.funnel = el('div', {})
    this.table = el('div', {})
    this.blocked = el('div', {})
    this.diagnostics = el('div', {})
    this.asked = 0
    this.old = el('div', { hidden: true },
      el('h2', { text: 'From qualified to engaged' }), this.funnel,
      el('h2', { text: 'The numbers' }), this.table,
      el('h2', { text: 'Why it was not offered' }), this.blocked,
      el('details', { class: 'diagnostics' }, el('summary', { text: 'Diagnostics' }), this.diagnostics))
    this.root = el('main', { class: 'page', id: 'content' },
      el('p', { class: 'crumbs' }, el('a', { href: '#/report', text: 'Action map performance' })),
      el('div', { class: 'title-row' }, this.heading, el('a', { class: 'button', href: `#/actionmaps/${one(id)}`, text: 'Edit the map' })),
      this.period.root, this.problem, this.caption, this.old)
  }

  async open() {
    const asked = (this.asked += 1)
    const { basis: _, ...interval } = this.period.query()
    const at = one(this.id)
    const [report, blocked, diagnostics] = await Promise.all([
      look(`/reports/actionmaps/${at}`, this.period.query()), look(`/actionmaps/${at}/blocked`, { from: interval.from, to: interval.to }), look(`/reports/actionmaps/${at}/diagnostics`, interval)])
    if (asked !== this.asked) return // Another time was chosen before this came.
    const [row] = report.actionMaps
    this.old.hidden = false
    this.problem.textContent = ''
    this.title = row.displayName
    this.heading.replaceChildren(el('bdi', { text: row.displayName }))
    this.caption.textContent = caption(report)
    this.funnel.replaceChildren(funnel(row))
    this.table.replaceChildren(el('dl', { class: 'figures' }, ...COLUMNS.map(([name, title]) => el('div', { class: 'figure' }, el('dt', { text: title }), el('dd', {},
      el('span', { class: 'figure-number', data: { column: name }, text: cell(row, name) }), el('span', { class: 'figure-about muted', text: report.definitions[name] ?? '' }))))))
    this.blocked.replaceChildren(...this.reasons(blocked))
    this.diagnostics.replaceChildren(
      el('p', { class: 'muted', text: 'These are of all that was offered in this time, whatever came later. They are not part of the table above.' }),
      el('dl', { class: 'pairs' }, ...DIAGNOSTICS.flatMap(([name, title]) => [el('dt', { text: title }), el('dd', { data: { column: name }, text: diagnostic(name, diagnostics[name]) })])),
      el('h3', { text: 'What they count' }), legend(diagnostics.definitions, DIAGNOSTICS))
  }

  /** @param {Thing} blocked */
  reasons(blocked) {
    if (!blocked.reasons.length) return [el('p', { class: 'empty', text: 'Nothing stood in its way in this time.' })]
    const number = (/** @type {number} */ value, /** @type {string} */ column) => el('td', { class: 'number', data: { column }, text: value.toLocaleString() })
    return [
      el('p', { text: `${counted(blocked.count, 'time')} in ${counted(blocked.sessions, 'visit')}. A visitor who stays on another page counts with every look.` }),
      el('div', { class: 'wide', tabIndex: 0, role: 'region', 'aria-label': 'Why it was not offered' }, el('table', { class: 'numbers' },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: 'Reason' }), el('th', { scope: 'col', class: 'number', text: 'Count' }), el('th', { scope: 'col', class: 'number', text: 'Sessions' }))),
        el('tbody', {}, ...blocked.reasons.map((/** @type {Thing} */ row) => el('tr', { data: { reason: row.reason } }, el('th', { scope: 'row', text: reasonWords(row.reason) }), number(row.count, 'count'), number(row.sessions, 'sessions')))))),
    ]
  }

  refreshNow() { return countAnew(this) }
}

/** @param {string} name @param {any} value */
function diagnostic(name, value) {
  if (name.endsWith('Ms')) return lasted(value)
  if (name !== 'lift') return percent(value)
  if (!value) return 'not known: it takes 100 visits in the control group'
  const points = (/** @type {number} */ number) => number.toFixed(1)
  return `${points(value.points)} percentage points, between ${points(value.low)} and ${points(value.high)} with 95 % confidence`
}
