// Text with its web addresses as links. Only http and https become links, and only as nodes.

import { el } from './element.js'

const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^]+/gu
const TRAILING = /[.,;:!?)\]]+$/u

/**
 * A link that opens apart from this page and tells the other side nothing of it.
 * @param {string} url
 * @param {string} [text] what is shown of it
 * @returns {HTMLElement}
 */
export function link(url, text = url) {
  return isWebAddress(url)
    ? el('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow', text, dir: 'ltr' })
    : el('span', { text })
}

/** @param {string} url */
export function isWebAddress(url) {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol)
  } catch {
    return false
  }
}

/**
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function linkedText(text) {
  const out = document.createDocumentFragment()
  let done = 0
  for (const match of text.matchAll(ADDRESS)) {
    const url = match[0].replace(TRAILING, '')
    if (!isWebAddress(url)) continue
    out.append(text.slice(done, match.index), link(url))
    done = match.index + url.length
  }
  out.append(text.slice(done))
  return out
}
