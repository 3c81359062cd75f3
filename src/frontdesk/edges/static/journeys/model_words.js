// What is known of how likely an outcome is: what it is learnt from, how well its estimates did, and what they go by.

import { el } from '../shared/element.js'
import { fullTime } from '../shared/format.js'
import { counted, ms, percent } from './words.js'

/** @typedef {import('./calls.js').Thing} Thing */

const STATES = new Map([
  ['collecting', 'Not estimated yet: too little has been seen.'], ['not_predictive', 'Not estimated: what visitors do does not tell it well enough.'],
  ['active', 'It is estimated for each visit.'], ['stale', 'Not estimated now: what was learnt no longer fits.'],
])

/** @param {string} state */
export const stateOfModel = (state) => STATES.get(state) ?? state

/** @param {Thing} model @returns {Node[]} */
export function modelWords(model) {
  const held = model.holdOut ?? model.lastTrial
  const seen = `${counted(model.sessions, 'visit')} of ${model.sessionsNeeded.toLocaleString()} needed, reached in ${model.achievements.toLocaleString()} of ${model.achievementsNeeded.toLocaleString()} needed`
  /** @type {[string, string][]} */
  const facts = [['Learnt from', seen], ['Learnt', model.trainedAt ? fullTime(ms(model.trainedAt)) : 'not yet']]
  if (typeof model.baseRate === 'number') facts.push(['Reached in', `${percent(100 * model.baseRate)} of all visits`])
  if (held) facts.push(['Better than that share', `${percent(100 * held.skill)}, on ${counted(held.rows, 'visit')} held out`], ['Off by', percent(100 * held.calibrationError)])
  return [
    el('dl', { class: 'pairs' }, ...facts.flatMap(([name, text]) => [el('dt', { text: name }), el('dd', { text })])),
    ...(held ? [calibration(held.calibration)] : []),
    ...(model.coefficients.length ? [el('details', {}, el('summary', { text: 'What it goes by' }), el('ul', { class: 'checks' }, ...model.coefficients.map((/** @type {Thing} */ one) => el('li', {}, el('bdi', { text: one.text })))))] : []),
  ]
}

/** @param {Thing[]} bins */
function calibration(bins) {
  const share = (/** @type {number|null} */ value) => percent(value === null ? null : 100 * value)
  const number = (/** @type {string} */ text) => el('td', { class: 'number', text })
  const head = (/** @type {string} */ text) => el('th', { scope: 'col', class: 'number', text })
  return el('details', {}, el('summary', { text: 'Estimated and what came' }), el('table', { class: 'numbers' },
    el('thead', {}, el('tr', {}, head('Estimate'), head('Came true'), head('Visits'))),
    el('tbody', {}, ...bins.filter((bin) => bin.rows).map((bin) => el('tr', {}, number(share(bin.meanPredicted)), number(share(bin.observed)), number(bin.rows.toLocaleString()))))))
}
