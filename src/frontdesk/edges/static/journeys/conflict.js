// Somebody else was faster: what they changed, where it meets what is changed here, and what can be done.

import { el } from '../shared/element.js'
import { inSentence } from '../shared/format.js'
import { differing } from './form.js'

const SHOWN_CHARS = 160

/**
 * @param {import('./form.js').Form} form
 * @param {import('./calls.js').Thing} seen what the changes here were made to
 * @param {import('./calls.js').Thing} current
 * @param {{takeTheirs: () => void, keepMine: () => void}} act
 */
export function conflictBox(form, seen, current, act) {
  const theirs = differing(seen, current, form.fields.map((field) => field.name))
  const mine = new Set(Object.keys(form.changes()))
  const both = theirs.filter((name) => mine.has(name))
  const advice = both.length
    ? `You both changed ${both.map((name) => `“${form.labelOf(name)}”`).join(', ')}: saving yours replaces theirs there. Their other changes stay.`
    : 'You changed other fields than they did: saving yours keeps both.'
  return el('section', { class: 'conflict', tabIndex: -1, 'aria-labelledby': 'conflict-title' },
    el('h2', { id: 'conflict-title', text: 'Somebody else has changed this meanwhile' }),
    el('ul', {}, ...theirs.map((name) => el('li', {}, el('strong', { text: form.labelOf(name) }), ' was ', el('q', { class: 'value', dir: 'auto', text: written(seen[name]) }), ' and is now ', el('q', { class: 'value', dir: 'auto', text: written(current[name]) })))),
    el('p', { text: advice }),
    el('div', { class: 'buttons' },
      el('button', { type: 'button', class: 'button primary', text: 'Save mine too', on: { click: act.keepMine } }),
      el('button', { type: 'button', class: 'button', text: 'Take theirs, drop mine', on: { click: act.takeTheirs } })))
}

/** @param {any} value */
function written(value) {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return inSentence([...text].length > SHOWN_CHARS ? `${[...text].slice(0, SHOWN_CHARS).join('')}…` : text)
}
