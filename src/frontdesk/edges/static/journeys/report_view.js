// How action maps perform: the table, with what each column counts beside it, and as a file.

import { el, setText } from '../shared/element.js'
import { saveAs } from '../shared/save_as.js'
import { toast } from '../shared/toast.js'
import { Fault, look, one, send } from './calls.js'
import { Period } from './period.js'
import { percent, sentence } from './words.js'

/** @typedef {import('./calls.js').Thing} Thing */

/** @type {[string, string][]} */
export const COLUMNS = [['qualified', 'Qualified'], ['blocked', 'Blocked'], ['offered', 'Offered'], ['offeredPercent', 'Offered %'], ['accepted', 'Accepted'],
  ['acceptedPercent', 'Accepted %'], ['started', 'Started'], ['engaged', 'Engaged'], ['engagedPercent', 'Engaged %'], ['rejected', 'Rejected'], ['abandoned', 'Abandoned'],
  ['outcomes', 'Outcomes'], ['outcomesAchieved', 'Outcomes achieved']]

/** @param {Thing} row @param {string} name */
export const cell = (row, name) => (name.endsWith('Percent') ? percent(row[name]) : Number(row[name]).toLocaleString())

/** What the columns count. @param {Record<string, string>} definitions @param {[string, string][]} names */
export const legend = (definitions, names) => el('dl', { class: 'pairs legend' }, ...names.filter(([name]) => definitions[name]).flatMap(([name, title]) => [el('dt', { text: title }), el('dd', { text: definitions[name] })]))

/** @param {Thing} report */
export function caption(report) {
  const [from, to] = report.interval.split('/').map((/** @type {string} */ at) => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', timeZone: report.timeZone }).format(new Date(at)))
  const basis = report.basis === 'cohort' ? 'each state counts when its offer was made' : 'each state counts when it came about, so a share may be more than 100 %'
  return `${from} – ${to}, ${report.timeZone}; ${basis}.`
}

const COUNTING = 'Counting…'

/**
 * Count for what was chosen now. Until that has come, the numbers that still stand there look old.
 * @param {{open: () => Promise<void>, caption: HTMLElement, problem: HTMLElement, old: HTMLElement}} view
 */
export async function countAnew(view) {
  const before = view.caption.textContent === COUNTING ? '' : view.caption.textContent
  view.old.classList.add('is-old')
  view.problem.textContent = ''
  setText(view.caption, COUNTING)
  try {
    await view.open()
    if (view.caption.textContent !== COUNTING) view.old.classList.remove('is-old')
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    view.problem.textContent = `${sentence(error.message)} The numbers are still those of before.`
    view.caption.textContent = before
  }
}

export class ReportView {
  constructor() {
    this.title = 'Action map performance'
    this.place = 'report'
    this.period = new Period(() => this.refreshNow())
    this.caption = el('p', { class: 'muted', role: 'status', text: COUNTING })
    this.problem = el('p', { class: 'field-problem', role: 'alert' })
    this.rows = el('tbody')
    this.legend = el('div', {})
    this.none = el('p', { class: 'empty', hidden: true }, 'There is no action map yet, so there is nothing to count. ', el('a', { href: '#/actionmaps', text: 'Make one' }), '.')
    this.table = el('table', { class: 'numbers', hidden: true }, el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: 'Map' }), ...COLUMNS.map(([, title]) => el('th', { scope: 'col', class: 'number', text: title })))), this.rows)
    this.asked = 0
    this.old = el('div', {}, this.none, el('div', { class: 'wide', tabIndex: 0, role: 'region', 'aria-label': this.title }, this.table))
    this.root = el('main', { class: 'page', id: 'content' },
      el('div', { class: 'title-row' }, el('h1', { text: this.title }), el('button', { type: 'button', class: 'button', text: 'Export as CSV', on: { click: () => this.export() } })),
      this.period.root, this.problem, this.caption, this.old, this.legend)
  }

  async open() {
    const asked = (this.asked += 1)
    const report = await look('/reports/actionmaps', this.period.query())
    if (asked !== this.asked) return // Another time was chosen before this came.
    this.problem.textContent = ''
    this.caption.textContent = caption(report)
    this.none.hidden = report.actionMaps.length > 0
    this.table.hidden = !report.actionMaps.length
    this.rows.replaceChildren(...report.actionMaps.map((/** @type {Thing} */ row) => el('tr', { data: { map: row.id } },
      el('th', { scope: 'row', title: [...(row.displayName ?? '')].length > 60 ? row.displayName : undefined }, row.isDeleted ? el('span', { class: 'muted', text: 'A map that is gone' }) : el('a', { dir: 'auto', href: `#/report/${one(row.id)}`, text: row.displayName }), !row.isDeleted && !row.isActive && el('span', { class: 'muted', text: ' (off)' })),
      ...COLUMNS.map(([name]) => el('td', { class: 'number', data: { column: name }, text: cell(row, name) })))))
    this.legend.replaceChildren(el('h2', { text: 'What the columns count' }), legend(report.definitions, COLUMNS))
  }

  refreshNow() { return countAnew(this) }

  async export() {
    try {
      const query = new URLSearchParams({ ...this.period.query(), bom: 'true' })
      const response = await send('GET', `/reports/actionmaps?${query}`, undefined, { accept: 'text/csv' })
      const name = /filename="([^"]+)"/u.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'action-maps.csv'
      saveAs(await response.blob(), name)
      toast(`${name} is in your downloads.`)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.problem.textContent = sentence(error.message)
    }
  }
}
