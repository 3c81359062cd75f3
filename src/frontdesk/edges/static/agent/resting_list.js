// Conversations that stay open and that nobody attends to now: who, about what, since when; one press takes one up.

import { el, keyed, setText } from '../shared/element.js'
import { inSentence, span } from '../shared/format.js'
import { toast } from '../shared/toast.js'
import { CallFailed, resting } from './account.js'

/** @typedef {{nickname: string, subject?: string, rested_ms?: number}} Card */

export class RestingList {
  /** @param {(id: string) => void} takeUp */
  constructor(takeUp) {
    this.takeUp = takeUp
    /** @type {[string, Card][]} */
    this.cards = []
    this.isAsking = false
    this.items = el('ul', { class: 'chats' })
    this.more = el('button', { type: 'button', class: 'button quiet resting-more', text: 'Show more', hidden: true, on: { click: () => this.fetch(this.next) } })
    this.next = ''
    this.root = el('section', { class: 'resting', 'aria-label': 'Resting', hidden: true }, el('h2', { class: 'list-title', text: 'Resting' }), this.items, this.more)
  }

  /**
   * Ask what rests: all anew, or what follows the last one.
   * @param {string} [after]
   */
  async fetch(after = '') {
    if (this.isAsking) return
    this.isAsking = true
    try {
      const page = await resting(after)
      this.cards = [...(after ? this.cards : []), ...Object.entries(page.conversations)]
      this.next = page.next
      this.more.hidden = !page.next
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      if (after) toast(error.message)
    } finally {
      this.isAsking = false
    }
  }

  /** @param {string} id */
  has(id) {
    return this.cards.some(([each]) => each === id)
  }

  /** @param {string} id of one that was taken up, or is over */
  drop(id) {
    this.cards = this.cards.filter(([each]) => each !== id)
  }

  /**
   * @param {number} nowMs by the server's clock
   * @param {boolean} isOpen whether a wish would reach the server
   */
  show(nowMs, isOpen) {
    this.root.hidden = this.cards.length === 0 && this.more.hidden
    keyed(this.items, this.cards, ([id]) => id, ([id, card]) => this.make(id, card), (node, [, card]) => {
      setText(/** @type {Element} */ (node.querySelector('.chat-time')), card.rested_ms ? `for ${span(Math.max(0, nowMs - card.rested_ms))}` : '')
      for (const button of node.querySelectorAll('button')) button.disabled = !isOpen
    })
  }

  /**
   * @param {string} id
   * @param {Card} card
   */
  make(id, card) {
    const name = card.nickname || 'A visitor'
    return el('li', { class: 'chat-item resting-item' },
      el('span', { class: 'chat-top' }, el('bdi', { class: 'chat-name', text: name }), el('span', { class: 'chat-time' })),
      el('span', { class: 'chat-last', dir: 'auto', text: card.subject ?? '' }),
      el('button', { type: 'button', class: 'button quiet', text: 'Take up', 'aria-label': `Take up the conversation with ${inSentence(name)}`, on: { click: () => this.takeUp(id) } }))
  }
}
