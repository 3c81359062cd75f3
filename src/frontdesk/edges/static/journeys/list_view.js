// All things of a kind: found by name, switched on and off, opened.

import { el, keyed, setText } from '../shared/element.js'
import { toast } from '../shared/toast.js'
import { Fault, call, every, one } from './calls.js'
import { nameOf } from './controls.js'
import { KINDS } from './kinds.js'
import { counted, quoted, sentence } from './words.js'

const PAUSE_MS = 250

/** @typedef {import('./calls.js').Thing} Thing */

export class ListView {
  /** @param {string} name of the kind */
  constructor(name) {
    this.name = this.place = name
    this.kind = /** @type {import('./kinds.js').Kind} */ (KINDS[name])
    this.title = this.kind.title
    this.everyMs = 10_000
    this.things = /** @type {Thing[]} */ ([])
    this.busy = new Set()
    this.search = el('input', { type: 'search', id: 'search', class: 'field-input', maxLength: 256, dir: 'auto', autocomplete: 'off', on: { input: () => this.due() } })
    this.said = el('p', { class: 'muted', role: 'status', text: 'Looking…' })
    this.items = el('ul', { class: 'things' })
    this.root = el('main', { class: 'page', id: 'content' },
      el('div', { class: 'title-row' }, el('h1', { text: this.title }), el('a', { class: 'button primary', href: `#/${name}/new`, text: `New ${this.kind.one}` })),
      el('p', { class: 'lead', text: this.kind.lead }),
      el('div', { class: 'search' }, el('label', { class: 'field-label', htmlFor: 'search', text: `Find ${this.title.toLowerCase()} by name` }), this.search),
      this.said, this.items)
  }

  open() { return this.refresh() }

  due() {
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.refresh().catch((error) => {
      if (!(error instanceof Fault)) throw error // What is not reached now is asked for again with the next look.
      setText(this.said, error.message)
    }), PAUSE_MS)
  }

  async refresh() {
    const wanted = this.search.value.trim()
    const found = await every(`/${this.name}`, { sortBy: this.kind.named, ...(wanted ? { queryFields: this.kind.named, queryValue: wanted } : {}) })
    if (wanted !== this.search.value.trim()) return
    this.things = found
    this.show(wanted)
  }

  /** @param {string} wanted */
  show(wanted) {
    const none = wanted ? 'None is called that. Look for a part of the name.' : this.kind.empty
    setText(this.said, this.things.length ? `${counted(this.things.length, this.kind.one)}${wanted ? ' found' : ` of at most ${this.kind.most}`}` : none)
    keyed(this.items, this.things, (thing) => thing.id, (thing) => this.make(thing), (node, thing) => this.update(node, thing))
  }

  /** @param {Thing} thing */
  make(thing) {
    const { turn } = this.kind
    return el('li', { class: 'thing' },
      el('span', { class: 'swatch', 'aria-hidden': 'true', hidden: !thing.color }),
      el('div', { class: 'thing-text' }, el('a', { class: 'thing-name', dir: 'auto', href: `#/${this.name}/${one(thing.id)}` }), el('p', { class: 'muted thing-about', dir: 'auto' })),
      turn
        ? el('button', { type: 'button', class: 'switch', role: 'switch', on: { click: () => this.turn(thing.id) } }, el('span', { class: 'switch-knob' }), el('span', { class: 'switch-text' }))
        : el('span', { class: 'switch-text muted' }))
  }

  /** @param {HTMLElement} node @param {Thing} thing */
  update(node, thing) {
    const at = (/** @type {string} */ name) => /** @type {HTMLElement} */ (node.querySelector(name))
    setText(at('.thing-name'), nameOf(thing))
    at('.thing-name').title = [...nameOf(thing)].length > 80 ? nameOf(thing) : ''
    setText(at('.thing-about'), [this.kind.about(thing), thing.description].filter(Boolean).join(' · '))
    if (thing.color) at('.swatch').style.background = thing.color
    const isOn = this.kind.isOn(thing)
    setText(at('.switch-text'), isOn ? 'On' : 'Off')
    if (!this.kind.turn) return
    at('.switch').setAttribute('aria-checked', String(isOn))
    at('.switch').setAttribute('aria-label', `${quoted(nameOf(thing))} is switched on`)
  }

  /** @param {string} id */
  async turn(id) {
    const thing = this.things.find((one_) => one_.id === id)
    if (!thing || !this.kind.turn || this.busy.has(id)) return
    this.busy.add(id)
    const isOn = !this.kind.isOn(thing)
    try {
      const after = await call('PATCH', `/${this.name}/${one(id)}`, { version: thing.version, ...this.kind.turn(isOn) })
      this.things = this.things.map((one_) => (one_.id === id ? after : one_))
      this.show(this.search.value.trim())
      toast(`${quoted(nameOf(thing))} is ${isOn ? 'on' : 'off'}.`, { label: 'Undo', act: () => this.turn(id) })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      toast(error.code === 'version_conflict' ? 'Somebody else has just changed it. Look at it, then try again.' : `This was not switched: ${sentence(error.message)}`)
      if (error.code === 'version_conflict') await this.refresh()
    } finally {
      this.busy.delete(id)
    }
  }
}
