// The controls of single values: each shows what it takes, gives what was written, and says what is wrong with it.

import { el } from '../shared/element.js'
import { plainly } from './faults.js'

/**
 * @typedef {object} Field what a control is made from
 * @property {string} name as the API calls it
 * @property {string} label
 * @property {'text'|'long'|'number'|'check'|'choice'|'color'|'moment'|'thing'|'things'|'lines'|'group'|'groups'} type
 * @property {string} [hint] its limits, and what it is for
 * @property {boolean} [required]
 * @property {number} [max] of a number, or characters
 * @property {number} [min]
 * @property {string} [step]
 * @property {any} [initial] in a new one
 * @property {[string, string][]} [options]
 * @property {[string, string][]} [suggest] values, each with its words
 * @property {string} [of] the kind of things it names
 * @property {boolean} [isRef] whether things are named as `{id}`
 * @property {(thing: Record<string, any>) => boolean} [only]
 * @property {Field[]} [fields] of a group
 * @property {string} [item] what one of several groups is called
 * @property {boolean} [optional] a group that need not be there
 * @property {(own: any, whole: any) => boolean} [when] whether it matters, by the values beside it and all of them
 */
/** @typedef {Map<string, Record<string, any>[]>} Known all things by kind */
/**
 * @typedef {object} Control
 * @property {HTMLElement} root
 * @property {(value: any) => void} set
 * @property {() => any} get undefined for nothing
 * @property {(parts: (string|number)[], text: string) => HTMLElement|null} fault where to look, if it is here
 * @property {() => void} clear
 * @property {(own: any, whole: any) => void} review
 */

let count = 0
export const nextId = () => `field-${(count += 1)}`

/** @param {Field} field @param {HTMLElement} input @param {{before?: boolean, id: string}} how */
function framed(field, input, { before = false, id }) {
  const problem = el('p', { id: `${id}-problem`, class: 'field-problem' })
  const hint = field.hint ? el('p', { id: `${id}-hint`, class: 'field-hint', text: field.hint }) : null
  input.id = id
  input.setAttribute('aria-describedby', [hint ? `${id}-hint` : '', `${id}-problem`].filter(Boolean).join(' '))
  const label = el('label', { class: before ? 'check-label' : 'field-label', htmlFor: id }, before && input, el('span', { text: field.label }), field.required && el('span', { class: 'muted', text: ' (needed)' }))
  return { root: el('div', { class: 'control' }, label, !before && input, hint, problem), problem }
}

/**
 * A control of one input.
 * @param {Field} field
 * @param {any} input
 * @param {{write: (value: any) => void, read: () => any, before?: boolean}} value
 * @returns {Control}
 */
function simple(field, input, { write, read, before }) {
  const { root, problem } = framed(field, input, { before: before ?? false, id: nextId() })
  return {
    root, set: write,
    get: () => (root.hidden ? undefined : read()),
    fault(parts, text) {
      const at = parts.at(-1)
      problem.textContent = typeof at === 'number' ? `Line ${at + 1}: ${plainly(field, text)}` : plainly(field, text)
      input.setAttribute('aria-invalid', 'true')
      return input
    },
    clear() {
      problem.textContent = ''
      input.removeAttribute('aria-invalid')
    },
    review: (own, whole) => { root.hidden = field.when ? !field.when(own, whole) : false },
  }
}

/** @param {string} text */
const linesOf = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean)

/** @param {Field} field */
function textControl(field) {
  const list = field.suggest ? el('datalist', { id: nextId() }, ...field.suggest.map(([value, label]) => el('option', { value, label }))) : null
  const input = el(field.type === 'long' ? 'textarea' : 'input', { class: 'field-input', dir: 'auto', maxLength: field.max ?? 4096, rows: field.type === 'long' ? 3 : undefined, autocomplete: 'off', spellcheck: field.type === 'long' })
  if (list) input.setAttribute('list', list.id)
  const control = simple(field, input, { write: (value) => { input.value = value ?? field.initial ?? '' }, read: () => input.value || undefined })
  if (list) control.root.append(list)
  return control
}

/** @param {Field} field */
function numberControl(field) {
  const input = el('input', { type: 'number', class: 'field-input short', min: field.min, max: field.max, step: field.step ?? '1', inputMode: field.step ? 'decimal' : 'numeric' })
  return simple(field, input, { write: (value) => { input.value = value ?? field.initial ?? '' }, read: () => (input.value === '' ? undefined : Number(input.value)) })
}

/** @param {Field} field */
function checkControl(field) {
  const input = el('input', { type: 'checkbox' })
  return simple(field, input, { write: (value) => { input.checked = value ?? field.initial ?? false }, read: () => input.checked, before: true })
}

/** @param {Field} field @param {[string, string][]} options */
function choiceOf(field, options) {
  const all = field.required || field.initial !== undefined ? options : /** @type {[string, string][]} */ ([['', '–'], ...options])
  return el('select', { class: 'field-input' }, ...all.map(([value, text]) => el('option', { value, text })))
}

/** @param {Field} field */
function choiceControl(field) {
  const input = choiceOf(field, field.options ?? [])
  const isNumber = typeof field.initial === 'number'
  return simple(field, input, {
    write: (value) => {
      const wanted = String(value ?? field.initial ?? input.options[0]?.value ?? '')
      if (![...input.options].some((option) => option.value === wanted)) input.append(el('option', { value: wanted, text: wanted }))
      input.value = wanted
    },
    read: () => (input.value === '' ? undefined : isNumber ? Number(input.value) : input.value),
  })
}

/** @param {Field} field */
function colorControl(field) {
  const input = el('input', { type: 'color', class: 'field-input color' })
  return simple(field, input, { write: (value) => { input.value = value ?? field.initial ?? '#2f6fb3' }, read: () => input.value })
}

/** @param {Field} field */
function momentControl(field) {
  const input = el('input', { type: 'datetime-local', step: '1', class: 'field-input short' })
  let given = ''
  return simple(field, input, {
    write: (value) => {
      given = value ?? ''
      input.value = given ? local(new Date(given)) : ''
    },
    // What nobody touched is given back as it was written.
    read: () => (!input.value ? undefined : given && input.value === local(new Date(given)) ? given : new Date(input.value).toISOString()),
  })
}

/** @param {Date} date */
const local = (date) => (Number.isNaN(date.getTime()) ? '' : new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19))

/** @param {Field} field */
function linesControl(field) {
  const input = el('textarea', { class: 'field-input', rows: 2, dir: 'auto', spellcheck: false })
  return simple(field, input, { write: (value) => { input.value = (value ?? field.initial ?? []).join('\n') }, read: () => (linesOf(input.value).length ? linesOf(input.value) : undefined) })
}

/** @param {Record<string, any>} thing */
export const nameOf = (thing) => thing.displayName ?? thing.name ?? thing.id

/** @param {Field} field @param {Known} known */
const thingsOf = (field, known) => (known.get(field.of ?? '') ?? []).filter((thing) => field.only?.(thing) ?? true)

/** @param {Field} field @param {Known} known */
function thingControl(field, known) {
  const input = choiceOf(field, thingsOf(field, known).map((thing) => [thing.id, nameOf(thing)]))
  return simple(field, input, {
    write: (value) => {
      const id = (field.isRef ? value?.id : value) ?? (field.required ? input.options[0]?.value : '') ?? ''
      if (id && ![...input.options].some((option) => option.value === id)) input.append(el('option', { value: id, text: `${id} (is not there)` }))
      input.value = id
    },
    read: () => (!input.value ? undefined : field.isRef ? { id: input.value } : input.value),
  })
}

const FEW = 8 // One sees so many at a glance, and looks for none of them.

/** Several things, ticked; many are found by name. @param {Field} field @param {Known} known @returns {Control} */
function thingsControl(field, known) {
  const id = nextId()
  const problem = el('p', { class: 'field-problem', id: `${id}-problem` })
  const boxes = el('div', { class: 'ticks' })
  const search = el('input', {
    type: 'search', class: 'field-input', dir: 'auto', autocomplete: 'off', placeholder: 'Find by name', 'aria-label': `Find by name: ${field.label}`, hidden: true,
    on: { input: () => find(), keydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') event.preventDefault() } },
  })
  const none = el('p', { class: 'muted', role: 'status' })
  const root = el('fieldset', { class: 'control plain', 'aria-describedby': `${id}-problem` }, el('legend', { class: 'field-label', text: field.label }), field.hint && el('p', { class: 'field-hint', text: field.hint }), search, boxes, none, problem)
  const find = () => {
    const wanted = search.value.trim().toLowerCase()
    const labels = [...boxes.querySelectorAll('label')]
    for (const label of labels) label.hidden = !(label.textContent ?? '').toLowerCase().includes(wanted)
    boxes.hidden = labels.length > 0 && labels.every((label) => label.hidden)
    none.textContent = boxes.hidden ? 'None is called that. Look for a part of the name.' : ''
  }
  const inputs = () => /** @type {HTMLInputElement[]} */ ([...boxes.querySelectorAll('input')])
  return {
    root,
    set(value) {
      const wanted = value ?? []
      const options = [...thingsOf(field, known).map((thing) => ({ id: thing.id, text: nameOf(thing), isOff: thing.isActive === false })),
        ...wanted.filter((/** @type {string} */ one) => !thingsOf(field, known).some((thing) => thing.id === one)).map((/** @type {string} */ one) => ({ id: one, text: `${one} (is not there)`, isOff: false }))]
      options.sort((one, other) => Number(wanted.includes(other.id)) - Number(wanted.includes(one.id))) // What is chosen is seen first.
      search.value = ''
      search.hidden = options.length <= FEW
      boxes.replaceChildren(...options.map((one) => el('label', { class: 'check-label' }, el('input', { type: 'checkbox', value: one.id, checked: wanted.includes(one.id) }), el('bdi', { text: one.text }), one.isOff && el('span', { class: 'muted', text: ' (switched off)' }))))
      if (!options.length) boxes.append(el('p', { class: 'muted', text: 'There is none yet. ' }, el('a', { href: `#/${field.of}/new`, text: 'Make one' })))
      find()
    },
    get() {
      const chosen = inputs().filter((input) => input.checked).map((input) => input.value)
      return root.hidden || !chosen.length ? undefined : chosen
    },
    fault(_parts, text) {
      problem.textContent = text
      search.value = ''
      find()
      return inputs()[0] ?? root
    },
    clear: () => { problem.textContent = '' },
    review: (own, whole) => { root.hidden = field.when ? !field.when(own, whole) : false },
  }
}

/** @type {Record<string, (field: Field, known: Known) => Control>} */
export const SINGLE = {
  text: textControl, long: textControl, number: numberControl, check: checkControl, choice: choiceControl, color: colorControl,
  moment: momentControl, lines: linesControl, thing: thingControl, things: thingsControl,
}
