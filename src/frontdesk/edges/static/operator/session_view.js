// One session: where it is, why it waits, the way it came, and what it knows.

import { CallFailed } from '../agent/account.js'
import { el, setText } from '../shared/element.js'
import { clockTime, fullTime } from '../shared/format.js'
import { ChartView } from './chart_view.js'
import { chartOf, sessionOf } from './looks.js'
import { timersList } from './timers.js'

/** @typedef {import('./looks.js').Session} Session */

const LIVES = { none: '', starting: 'is about to begin', running: 'is running', finished: 'has finished', terminated: 'was ended', failed: 'has failed' }

export class SessionView {
  /** @param {string} id */
  constructor(id) {
    this.id = id
    this.title = `Session ${id}`
    this.record = 0
    this.chart = /** @type {ChartView|null} */ (null)
    this.about = el('p', { class: 'lead', role: 'status', text: 'Looking…' })
    this.why = el('ul', { class: 'why' })
    this.place = el('div', { class: 'chart-place' })
    this.path = el('ol', { class: 'path' })
    this.rest = el('div', { class: 'facts' })
    this.root = el('main', { class: 'page', id: 'content' },
      el('p', { class: 'crumbs' }, el('a', { href: '#/', text: 'Applications' })),
      el('h1', {}, 'Session ', el('bdi', { class: 'mono', text: id })),
      this.about, el('section', { class: 'why-box', 'aria-labelledby': 'why' }, el('h2', { id: 'why', text: 'What it waits for' }), this.why),
      this.place, el('div', { class: 'columns' }, el('section', {}, el('h2', { text: 'Path, the newest step first' }), this.path), this.rest))
  }

  async refresh() {
    const found = await sessionOf(this.id, this.record)
    this.showWhy(found.why)
    if (found.record === this.record) return
    const session = /** @type {Session} */ (found)
    this.record = session.record
    if (!this.chart) await this.draw(session)
    this.chart?.show(Object.fromEntries(session.active.map((id) => [id, 1])))
    this.show(session)
  }

  /** @param {string[]} sentences */
  showWhy(sentences) {
    while (this.why.children.length > sentences.length) this.why.lastElementChild?.remove()
    sentences.forEach((text, index) => {
      const item = this.why.children[index] ?? this.why.appendChild(el('li'))
      setText(item, `It ${text}.`)
    })
  }

  /** @param {Session} session */
  async draw(session) {
    const link = `#/application/${encodeURIComponent(session.application)}/${encodeURIComponent(session.version)}`
    this.root.querySelector('.crumbs')?.append(' › ', el('a', { href: link, text: session.application }))
    try {
      const { chart } = await chartOf(session.application, session.version, session.file)
      this.chart = new ChartView(chart, true)
      this.place.replaceChildren(this.chart.root)
    } catch (error) {
      if (!(error instanceof CallFailed) || ['offline', 'unavailable'].includes(error.code)) throw error
      this.place.replaceChildren(el('p', { class: 'empty', text: `Its chart cannot be drawn: ${error.message}` }))
    }
  }

  /** @param {Session} session */
  show(session) {
    const life = LIVES[/** @type {keyof typeof LIVES} */ (session.life)] ?? session.life
    setText(this.about, `${life[0]?.toUpperCase() ?? ''}${life.slice(1)} since ${fullTime(session.ended_ms || session.created_ms)}, version ${session.version.slice(0, 12)}, ${session.steps} steps`)
    this.path.replaceChildren(...session.path.slice().reverse().map(passage))
    if (session.path.length < session.steps) this.path.append(el('li', { class: 'muted', text: 'Older steps: frontdesk orchestration trace' }))
    this.rest.replaceChildren(
      requests(session), timers(session), interactions(session),
      section('Data', session.no_data || Object.keys(session.data).length ? '' : 'It has no data items.',
        session.no_data && el('p', { class: 'muted', text: session.no_data }), pairs(session.data, true)),
      ...(session.waiting.length ? [section('Events that it has not taken yet', '', el('ul', {}, ...session.waiting.map((name) => el('li', {}, el('code', { text: name })))))] : []),
      ...(Object.keys(session.children).length ? [section('Sessions that it invoked', '', el('ul', {}, ...Object.entries(session.children).map(([name, id]) =>
        el('li', {}, `${name}: `, el('a', { class: 'mono', href: `#/session/${encodeURIComponent(id)}`, text: id })))))] : []))
  }
}

/** @param {import('./looks.js').Passage} step */
function passage(step) {
  const more = [...step.events.filter((event) => event.data).map((event) => `${event.name} ${event.data}`), ...step.outputs]
  const moves = [step.left.length ? `left ${step.left.join(', ')}` : '', step.entered.length ? `entered ${step.entered.join(', ')}` : ''].filter(Boolean)
  return el('li', { class: 'step' },
    el('p', {}, el('time', { class: 'muted', text: clockTime(step.at_ms), title: fullTime(step.at_ms) }), ' ', el('code', { class: 'step-event', text: step.events.map((event) => event.name).join(', ') })),
    el('p', { class: 'step-moves', text: moves.join('; ') || 'stayed' }),
    more.length > 0 && el('details', {}, el('summary', { text: step.outputs.length ? `${step.outputs.length} came out of it` : 'What came with it' }), el('ul', {}, ...more.map((text) => el('li', {}, el('code', { text }))))))
}

/** @param {Session} session */
function requests(session) {
  const items = session.requests.map((asked) => el('li', {}, el('code', { text: asked.name }), asked.about && el('span', {}, ' ', el('bdi', { text: asked.about })),
    el('span', { class: 'muted', text: ` asked ${clockTime(asked.asked_ms)}${asked.until_ms ? `, until ${clockTime(asked.until_ms)}` : ''}` }),
    el('details', {}, el('summary', { text: 'What was asked' }), el('code', { text: asked.attributes }))))
  return section('Requests', items.length ? '' : 'Nothing is outstanding.', items.length > 0 && el('ul', {}, ...items))
}

/** @param {Session} session */
function timers(session) {
  if (session.timers.length) return section('Timers', '', timersList(session.timers, session.now_ms))
  if (!session.due_ms) return section('Timers', 'None is set.')
  return section('Timers', '', el('p', { text: `The next one goes off on ${fullTime(session.due_ms)}. Their names are shown on the node that runs the session.` }))
}

/** @param {Session} session */
function interactions(session) {
  return section('Interactions', session.interactions.length ? '' : 'It has none.', ...session.interactions.map((one) => el('div', { class: 'interaction' },
    el('p', {}, el('bdi', { class: 'mono', text: one.interaction_id }), el('span', { class: 'muted', text: ` ${one.phase}${one.service ? ` of ${one.service}` : ''}${one.queue ? `, queue ${one.queue}` : ''}` })),
    pairs(one.user_data, false))))
}

/** @param {Record<string, string>} values @param {boolean} isCode */
function pairs(values, isCode) {
  return el('dl', { class: 'pairs' }, ...Object.entries(values).flatMap(([name, value]) => [
    el('dt', {}, el('bdi', { text: name })), el('dd', {}, isCode ? el('pre', { text: value }) : el('bdi', { text: value }))]))
}

/** @param {string} title @param {string} empty @param {...(Node|string|false|null)} children */
const section = (title, empty, ...children) => el('section', {}, el('h2', { text: title }), empty && el('p', { class: 'empty', text: empty }), ...children)
