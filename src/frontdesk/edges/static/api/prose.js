// A description as a paragraph; what stands between backticks is code.

import { el } from '../shared/element.js'

/**
 * @param {string} text
 * @param {string} [className]
 * @returns {HTMLElement}
 */
export function prose(text, className) {
  const parts = text.split('`')
  return el('p', { class: className }, ...parts.map((part, at) => (at % 2 ? el('code', { text: part }) : part)))
}
