// Short word at the edge of the page, said to screen readers too; may offer one thing to do.

import { el } from './element.js'

const STAYS_MS = 7000

/**
 * @param {string} text
 * @param {{label: string, act: () => void}} [offer]
 */
export function toast(text, offer) {
  const rack = document.querySelector('.toasts') ?? document.body.appendChild(el('div', { class: 'toasts', role: 'status' }))
  const close = () => node.remove()
  const node = el('div', { class: 'toast' },
    el('span', { text }),
    offer && el('button', { type: 'button', class: 'button small', text: offer.label, on: { click: () => { close(); offer.act() } } }),
    el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss', text: '×', on: { click: close } }))
  rack.append(node)
  let timer = window.setTimeout(close, STAYS_MS)
  // Nobody should have to hurry: it stays while it is pointed at or focused.
  const hold = () => clearTimeout(timer)
  const go = () => { timer = window.setTimeout(close, STAYS_MS) }
  for (const event of ['pointerenter', 'focusin']) node.addEventListener(event, hold)
  for (const event of ['pointerleave', 'focusout']) node.addEventListener(event, go)
}
