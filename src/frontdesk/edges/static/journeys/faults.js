// What the API says of a value that cannot be, in words for somebody who fills in a form.

import { OPERATORS } from './conditions.js'

// The API calls comparisons by names that the form does not show.
const NAMED = new Map(OPERATORS.map(([name, words]) => [name.toLowerCase(), `“${words}”`]))
const NAMES = new RegExp(`(?<![\\w.'/-])(?:${[...NAMED.keys()].join('|')})(?![\\w.'/-])`, 'giu')

/**
 * @param {import('./controls.js').Field} field
 * @param {string} text of the API
 */
export function plainly(field, text) {
  if (/ is needed\.$/u.test(text)) return 'Please fill this in.'
  const most = /^Expected .*length <= (\d+)/u.exec(text)
  if (most) return `This is too long: ${Number(most[1]).toLocaleString()} at most.`
  if (/^Expected .*length >= 1/u.test(text)) return 'Please fill this in.'
  if (!text.startsWith('Expected')) return text.replace(NAMES, (name) => NAMED.get(name.toLowerCase()) ?? name)
  if (field.type === 'number') return `Write a ${field.step ? '' : 'whole '}number${field.min === undefined ? '' : ` from ${field.min.toLocaleString()}`}${field.max === undefined ? '' : ` to ${field.max.toLocaleString()}`}.`
  return `This cannot be so. ${field.hint ?? ''}`.trim()
}
