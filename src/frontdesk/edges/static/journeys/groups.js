// Controls that hold others: groups of fields, and lists of such groups. What a form does not know of a value it keeps.

import { el } from '../shared/element.js'
import { SINGLE, nextId } from './controls.js'
import { plainly } from './faults.js'

/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('./controls.js').Known} Known */
/** @typedef {import('./controls.js').Control} Control */

/** @param {Field} field @param {Known} known @returns {Control} */
function controlOf(field, known) {
  if (field.type === 'group') return group(field, known)
  if (field.type === 'groups') return groups(field, known)
  return /** @type {any} */ (SINGLE)[field.type](field, known)
}

/**
 * The fields of one object, by their names.
 * @param {Field[]} fields
 * @param {Known} known
 */
export function fieldsOf(fields, known) {
  const controls = new Map(fields.map((field) => [field.name, controlOf(field, known)]))
  let kept = /** @type {Record<string, any>} */ ({})
  return {
    controls,
    /** @param {Record<string, any>|undefined} value */
    set(value) {
      kept = Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => !controls.has(name)))
      for (const [name, control] of controls) control.set(value?.[name])
    },
    /** @returns {Record<string, any>} */
    get() {
      const given = [...controls].map(([name, control]) => [name, control.get()]).filter(([, value]) => value !== undefined)
      return { ...kept, ...Object.fromEntries(given) }
    },
    /** @param {any} whole */
    review(whole) {
      const own = this.get()
      for (const control of controls.values()) control.review(own, whole)
    },
    clear() { for (const control of controls.values()) control.clear() },
    /** @param {(string|number)[]} parts @param {string} text @returns {HTMLElement|null} */
    fault([first, ...rest], text) {
      const control = controls.get(String(first))
      return control && !control.root.hidden ? control.fault(rest, text) : null
    },
  }
}

/** @param {Field} field @param {Known} known @returns {Control} */
function group(field, known) {
  const fields = fieldsOf(field.fields ?? [], known)
  const problem = el('p', { class: 'field-problem' })
  const there = field.optional ? el('input', { type: 'checkbox', id: nextId() }) : null
  const body = el('div', { class: 'group-body' }, ...[...fields.controls.values()].map((control) => control.root))
  const hint = field.hint && el('p', { class: 'field-hint', text: field.hint })
  const root = el('fieldset', { class: 'group', tabIndex: -1 },
    el('legend', { class: 'group-title' }, there ? el('label', { class: 'check-label', htmlFor: there.id }, there, el('span', { text: field.label })) : field.label), hint, problem, body)
  const fold = () => {
    body.hidden = Boolean(there && !there.checked)
    root.classList.toggle('is-off', body.hidden)
  }
  there?.addEventListener('change', fold)
  return {
    root,
    set(value) {
      fields.set(value)
      if (!there) return
      there.checked = value !== undefined
      fold()
    },
    get() {
      if (root.hidden || (there && !there.checked)) return undefined
      const value = fields.get()
      return Object.keys(value).length ? value : undefined
    },
    fault(parts, text) {
      // What is folded away cannot show what is wrong with it: then the group says so itself.
      const found = parts.length && !body.hidden ? fields.fault(parts, text) : null
      if (found) return found
      problem.textContent = plainly(field, text)
      return there ?? root
    },
    clear() {
      problem.textContent = ''
      fields.clear()
    },
    review(own, whole) {
      root.hidden = field.when ? !field.when(own, whole) : false
      fields.review(whole)
    },
  }
}

/** @param {Field} field @param {Known} known @returns {Control} */
function groups(field, known) {
  const item = field.item ?? 'one'
  /** @type {{row: HTMLElement, title: HTMLElement, fields: ReturnType<typeof fieldsOf>}[]} */
  let rows = []
  const list = el('ol', { class: 'rows' })
  const problem = el('p', { class: 'field-problem' })
  const said = el('p', { class: 'unseen', role: 'status' })
  const addButton = el('button', { type: 'button', class: 'button small', text: `Add ${article(item)}`, on: { click: () => {
    add(undefined)
    said.textContent = `${item} ${rows.length} added`
    rows.at(-1)?.row.querySelector('input, select, textarea')?.focus()
    tell()
  } } })
  const root = el('fieldset', { class: 'group', tabIndex: -1 }, el('legend', { class: 'group-title', text: field.label }), field.hint && el('p', { class: 'field-hint', text: field.hint }), problem, list, said,
    el('p', { class: 'row-add' }, addButton))
  const tell = () => root.dispatchEvent(new Event('input', { bubbles: true }))

  /** @param {any} value */
  function add(value) {
    const fields = fieldsOf(field.fields ?? [], known)
    fields.set(value)
    const title = el('span', { class: 'row-title' })
    const entry = { row: /** @type {any} */ (null), title, fields }
    const button = (/** @type {string} */ text, /** @type {() => void} */ act) => el('button', { type: 'button', class: 'button small quiet', text, on: { click: () => { act(); tell() } } })
    entry.row = el('li', { class: 'row' },
      el('div', { class: 'row-head' }, title, button('Up', () => move(entry, -1)), button('Down', () => move(entry, 1)), button('Remove', () => remove(entry))),
      ...[...fields.controls.values()].map((control) => control.root))
    rows.push(entry)
    list.append(entry.row)
    number()
  }

  /** @param {typeof rows[number]} entry @param {number} by */
  function move(entry, by) {
    const at = rows.indexOf(entry)
    if (!rows[at + by]) return
    rows.splice(at, 1)
    rows.splice(at + by, 0, entry)
    list.replaceChildren(...rows.map((one) => one.row))
    number()
    const [up, down] = entry.row.querySelectorAll('.row-head button')
    const moved = by < 0 ? up : down
    ;(moved.checkVisibility() ? moved : by < 0 ? down : up).focus()
    said.textContent = `${item} is now number ${at + by + 1}`
  }

  /** @param {typeof rows[number]} entry */
  function remove(entry) {
    rows = rows.filter((one) => one !== entry)
    entry.row.remove()
    number()
    said.textContent = `${item} removed`
    addButton.focus()
  }

  function number() {
    rows.forEach((entry, index) => {
      entry.title.textContent = `${item[0]?.toUpperCase()}${item.slice(1)} ${index + 1}`
      for (const button of entry.row.querySelectorAll(':scope > .row-head > button')) button.setAttribute('aria-label', `${button.textContent}: ${item} ${index + 1}`)
    })
  }

  return {
    root,
    set(value) {
      rows = []
      list.replaceChildren()
      for (const one of value ?? field.initial ?? []) add(one)
    },
    get: () => (root.hidden || !rows.length ? undefined : rows.map((entry) => entry.fields.get())),
    fault([first, ...rest], text) {
      const found = typeof first === 'number' ? rows[first]?.fields.fault(rest, text) : null
      if (found) return found
      problem.textContent = typeof first === 'number' ? `${item} ${first + 1}: ${plainly(field, text)}` : plainly(field, text)
      return root
    },
    clear() {
      problem.textContent = ''
      for (const entry of rows) entry.fields.clear()
    },
    review(own, whole) {
      root.hidden = field.when ? !field.when(own, whole) : false
      for (const entry of rows) entry.fields.review(whole)
    },
  }
}

/** @param {string} item */
const article = (item) => `${/^[aeiou]/iu.test(item) ? 'an' : 'a'} ${item}`

/**
 * A path as the API writes it, `journey.patterns[0].count`, in parts.
 * @param {string} path
 */
export function partsOf(path) {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/gu)].map(([, name, index]) => (index === undefined ? String(name) : Number(index)))
}
