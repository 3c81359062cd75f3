// How many of those who qualified went how far: bars whose numbers are text, for eyes and screen readers alike.

import { el } from '../shared/element.js'
import { percent } from './words.js'

/** @type {[string, string][]} */
const STEPS = [['qualified', 'Qualified'], ['offered', 'Offered'], ['accepted', 'Accepted'], ['started', 'Started'], ['engaged', 'Engaged']]

/** @param {Record<string, any>} row of the report */
export function funnel(row) {
  const most = Math.max(1, ...STEPS.map(([name]) => row[name]))
  return el('ol', { class: 'funnel' }, ...STEPS.map(([name, title], at) => {
    const before = at ? row[STEPS[at - 1]?.[0] ?? ''] : 0
    const bar = el('span', { class: 'funnel-bar', 'aria-hidden': 'true' })
    bar.hidden = !row[name]
    bar.style.inlineSize = `${(100 * row[name]) / most}%`
    return el('li', { class: 'funnel-step' },
      el('span', { class: 'funnel-name', text: title }), el('span', { class: 'funnel-track' }, bar),
      el('span', { class: 'funnel-number', data: { step: name }, text: row[name].toLocaleString() }),
      el('span', { class: 'funnel-share muted', text: at ? `${percent(before ? (100 * row[name]) / before : null)} of ${STEPS[at - 1]?.[1].toLowerCase()}` : '' }))
  }))
}
