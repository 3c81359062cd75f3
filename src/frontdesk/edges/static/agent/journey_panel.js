// The journey beside the chat: which pages the visitor saw, which segments fit them, which offer led here.

import { el } from '../shared/element.js'
import { clockTime, fullTime, span } from '../shared/format.js'
import { link } from '../shared/linked_text.js'

const AGAIN_MS = 15_000
const SHOWN = 5
const KEY = 'journeyContext'

/** @typedef {{at_ms: number, title: string, url: string}} PageSeen */
/** @typedef {{version: number, began_ms: number, is_open: boolean, pageviews: number, referrer: string, campaign: string, pages: PageSeen[],
 *   segments: {name: string, color: string}[], offer: {name: string, title: string, text: string, state: string, offered_ms: number}|null}} Journey */

export class JourneyPanel {
  constructor() {
    this.root = el('div', { class: 'journey', hidden: true })
    /** @type {Map<string, Journey>} what was last told of each chat */
    this.known = new Map()
    this.chatId = ''
    this.askedMs = 0
    this.context = ''
  }

  /** @param {import('./chat.js').Chat} chat @param {number} nowMs */
  show(chat, nowMs) {
    const context = chat.userData[KEY] ?? ''
    if (chat.id !== this.chatId || context !== this.context) {
      this.chatId = chat.id
      this.context = context
      this.askedMs = 0
      this.draw()
    }
    if (!context || !chat.isOpen || (this.askedMs && nowMs - this.askedMs < AGAIN_MS)) return
    this.askedMs = nowMs
    this.fetch(chat.id)
  }

  /** @param {string} id */
  async fetch(id) {
    const known = this.known.get(id)
    let answer
    try {
      const response = await fetch(`/api/workspace/interactions/${encodeURIComponent(id)}/journey${known ? `?known=${known.version}` : ''}`)
      if (!response.ok) return // It is forgotten, or the connection is lost, of which the top bar tells.
      answer = await response.json()
    } catch {
      return
    }
    if (known?.version === answer.version) return
    this.known.set(id, answer)
    if (id === this.chatId) this.draw()
  }

  draw() {
    const journey = this.context ? this.known.get(this.chatId) : undefined
    this.root.hidden = !journey
    if (journey) this.root.replaceChildren(...sections(journey))
  }
}

/** @param {Journey} journey */
function sections(journey) {
  const [first, ...others] = journey.pages.slice(0, SHOWN).map(pageSeen)
  const rest = journey.pages.slice(SHOWN).map(pageSeen)
  const from = [journey.campaign && ['Campaign', el('bdi', { text: journey.campaign })], journey.referrer && ['Came from', link(journey.referrer)]].filter(Boolean)
  return [
    el('h3', { class: 'panel-title', text: 'Their journey' }),
    journey.offer && offerSeen(journey.offer),
    journey.segments.length > 0 && el('ul', { class: 'journey-segments', 'aria-label': 'Segments' }, ...journey.segments.map((one) => el('li', { class: 'journey-segment' }, swatch(one.color), el('bdi', { text: one.name })))),
    el('p', { class: 'journey-count', text: `${journey.pageviews === 1 ? '1 page' : `${journey.pageviews} pages`} since ${clockTime(journey.began_ms)}${journey.is_open ? '' : ', the visit is over'}` }),
    first && el('ol', { class: 'journey-pages', 'aria-label': 'Pages, the newest first' }, first, ...others),
    rest.length > 0 && el('details', {}, el('summary', { text: `${rest.length} earlier` }), el('ol', { class: 'journey-pages' }, ...rest)),
    from.length > 0 && el('dl', { class: 'facts' }, ...from.flatMap((one) => (one ? [el('dt', { text: one[0] }), el('dd', {}, one[1])] : []))),
  ].filter(Boolean)
}

/** @param {string} color */
function swatch(color) {
  const mark = el('span', { class: 'journey-swatch', 'aria-hidden': 'true' })
  mark.style.background = color
  return mark
}

/** @param {NonNullable<Journey['offer']>} offer */
const offerSeen = (offer) => el('div', { class: 'journey-offer' },
  el('p', {}, 'Came by the offer ', el('bdi', { class: 'journey-name', text: offer.name || 'that is gone' }), offer.offered_ms > 0 && ` at ${clockTime(offer.offered_ms)}`),
  (offer.title || offer.text) && el('p', { class: 'journey-said', dir: 'auto', text: [offer.title, offer.text].filter(Boolean).join(' – ') }))

/** @param {PageSeen} page */
const pageSeen = (page) => el('li', {}, el('time', { class: 'journey-time', text: clockTime(page.at_ms), title: `${fullTime(page.at_ms)}, ${span(Date.now() - page.at_ms)} ago` }), el('span', { class: 'journey-page' }, page.title && el('bdi', { class: 'journey-name', text: page.title }), link(page.url, pathOf(page.url))))

/** @param {string} url */
function pathOf(url) {
  try {
    const { pathname, search } = new URL(url)
    return pathname + search
  } catch {
    return url
  }
}
