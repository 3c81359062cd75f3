// Anything a bus may carry as text: nodes by their tag, functions by their name, circles cut.

const DEPTH_MAX = 6
const ITEMS_MAX = 100
const TEXT_MAX = 2000

/** @param {unknown} value */
export function shown(value) {
  return JSON.stringify(plain(value, 0), null, 2) ?? 'nothing'
}

/**
 * @param {any} value
 * @param {number} depth
 * @returns {unknown}
 */
function plain(value, depth) {
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'string') return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Element) return `<${value.localName}${value.className ? ` class="${value.className}"` : ''}>`
  if (value instanceof Node || value instanceof Window) return `${value.constructor.name}`
  if (value instanceof RegExp || value instanceof Error) return String(value)
  if (depth >= DEPTH_MAX) return '…'
  // jQuery's wrapping is a list with much around it.
  if (Array.isArray(value) || value.jquery) return Array.from(value).slice(0, ITEMS_MAX).map((item) => plain(item, depth + 1))
  return Object.fromEntries(Object.entries(value).slice(0, ITEMS_MAX).map(([key, item]) => [key, plain(item, depth + 1)]))
}
