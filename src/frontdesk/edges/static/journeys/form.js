// A form over one thing: what was changed of it, and faults of the API at the fields they name.

import { el } from '../shared/element.js'
import { fieldsOf, partsOf } from './groups.js'
import { sentence } from './words.js'

/** @typedef {import('./calls.js').Thing} Thing */

const same = (/** @type {any} */ one, /** @type {any} */ other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))

/** @param {any} value @returns {any} the same with its names in one order */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))
}

export class Form {
  /**
   * @param {import('./controls.js').Field[]} fields
   * @param {import('./controls.js').Known} known
   * @param {() => void} onChange
   */
  constructor(fields, known, onChange) {
    this.fields = fields
    this.inner = fieldsOf(fields, known)
    this.before = /** @type {Thing} */ ({})
    this.summary = el('p', { class: 'trouble', role: 'alert', tabIndex: -1, hidden: true })
    this.root = el('div', { class: 'form-fields' }, this.summary, ...[...this.inner.controls.values()].map((control) => control.root))
    for (const name of ['input', 'change']) {
      this.root.addEventListener(name, () => {
        this.review()
        onChange()
      })
    }
  }

  review() { this.inner.review(this.inner.get()) }

  /** @param {Thing|undefined} thing */
  set(thing) {
    this.inner.set(thing && Object.fromEntries(this.fields.map((field) => [field.name, thing[field.name]])))
    this.review()
    this.review() // What was hidden before the first look has a value now.
    this.before = this.inner.get()
  }

  get() { return this.inner.get() }

  /** What is to be sent to change the thing: each changed field as a whole, null for what was taken away. */
  changes() {
    const now = this.get()
    const names = this.fields.map((field) => field.name).filter((name) => !same(now[name], this.before[name]))
    return Object.fromEntries(names.map((name) => [name, now[name] ?? null]))
  }

  /** @param {string} text @param {string} path of the field @param {string} [what] did not come about */
  fault(text, path, what = 'This was not saved') {
    this.clear()
    const found = path ? this.inner.fault(partsOf(path), sentence(text)) : null
    this.summary.textContent = found ? `${what}: look at the field that is marked.` : `${what}. ${sentence(text)}${path ? ` (${path})` : ''}`
    this.summary.hidden = false
    const to = found ?? this.summary
    to.scrollIntoView({ block: 'center' })
    to.focus({ preventScroll: true })
  }

  clear() {
    this.summary.hidden = true
    this.inner.clear()
  }

  /** The label of a field. @param {string} name */
  labelOf(name) { return this.fields.find((field) => field.name === name)?.label ?? name }
}

/**
 * What differs between two states of a thing.
 * @param {Thing} before @param {Thing} after @param {string[]} names
 */
export const differing = (before, after, names) => names.filter((name) => !same(before[name], after[name]))
