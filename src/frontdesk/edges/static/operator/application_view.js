// One application: its chart with the sessions in it, and the newest of them.

import { el, keyed, setText } from '../shared/element.js'
import { fullTime, span } from '../shared/format.js'
import { ChartView } from './chart_view.js'
import { applications, chartOf, crowdOf } from './looks.js'

const SHOWN = 12

export class ApplicationView {
  /** @param {string} name @param {string} version empty for the one that new sessions run */
  constructor(name, version) {
    this.name = name
    this.version = version
    this.title = name
    this.chart = /** @type {ChartView|null} */ (null)
    this.listed = ''
    this.versions = el('select', { id: 'version', class: 'field-input', on: { change: () => {
      location.hash = `#/application/${encodeURIComponent(name)}/${encodeURIComponent(this.versions.value)}`
    } } })
    this.count = el('p', { class: 'lead' })
    this.others = el('p', { class: 'muted' })
    this.place = el('div', { class: 'chart-place' }, el('p', { class: 'loading', role: 'status', text: 'Drawing the chart…' }))
    this.rows = el('tbody')
    this.table = el('table', {}, el('thead', {}, el('tr', {}, ...['Session', 'Is in', 'Has', 'For'].map((text) => el('th', { scope: 'col', text })))), this.rows)
    this.none = el('p', { class: 'empty', text: 'No session of this version is open.' })
    this.root = el('main', { class: 'page', id: 'content' },
      el('p', { class: 'crumbs' }, el('a', { href: '#/', text: 'Applications' })),
      el('h1', {}, el('bdi', { text: name })),
      el('div', { class: 'version-row' }, el('label', { class: 'field-label', htmlFor: 'version', text: 'Version' }), this.versions),
      this.count, this.others, this.place,
      el('h2', { text: 'Open sessions' }), this.none, el('div', { class: 'wide', tabIndex: 0, role: 'region', 'aria-label': 'Open sessions' }, this.table))
  }

  async refresh() {
    if (!this.chart) await this.open()
    const crowd = await crowdOf(this.name, this.version)
    this.chart?.show(crowd.states)
    const reading = crowd.uncounted ? `; ${crowd.uncounted} of them are still being counted` : ''
    setText(this.count, `${crowd.open === 1 ? '1 open session' : `${crowd.open} open sessions`} of this version${reading}`)
    const elsewhere = Object.values(crowd.versions).reduce((sum, count) => sum + count, 0) - crowd.open
    setText(this.others, elsewhere ? `${elsewhere} more of other versions: choose one above.` : '')
    this.none.hidden = crowd.rows.length > 0
    this.table.hidden = !crowd.rows.length
    keyed(this.rows, crowd.rows, (row) => row.session_id, make, (node, row) => update(node, row, crowd.now_ms))
  }

  async open() {
    const all = await applications()
    const own = all.find((one) => one.name === this.name)
    const { version, chart } = await chartOf(this.name, this.version)
    this.version = version
    this.versions.replaceChildren(...(own?.versions ?? []).map((one) => el('option', {
      value: one.version, selected: one.version === version,
      text: `${one.version.slice(0, SHOWN)}${one.version === own?.active ? ', new sessions run it' : ''} (${fullTime(one.uploaded_ms)})`,
    })))
    this.chart = new ChartView(chart, false)
    this.place.replaceChildren(this.chart.root)
  }
}

/** @param {import('./looks.js').Row} row */
function make(row) {
  return el('tr', {},
    el('td', {}, el('a', { class: 'mono', href: `#/session/${encodeURIComponent(row.session_id)}`, text: row.session_id })),
    el('td', { class: 'row-states' }), el('td', { class: 'row-has' }), el('td', { class: 'row-age' }))
}

/** @param {Element} node @param {import('./looks.js').Row} row @param {number} nowMs */
function update(node, row, nowMs) {
  const cell = (/** @type {string} */ name) => /** @type {Element} */ (node.querySelector(name))
  setText(cell('.row-states'), row.active.join(', ') || row.life)
  setText(cell('.row-has'), row.interactions.length === 1 ? '1 interaction' : row.interactions.length ? `${row.interactions.length} interactions` : '')
  setText(cell('.row-age'), span(nowMs - row.created_ms))
}
