// For supervisors: every chat that is open, and one press to look on.

import { el, keyed, setText } from '../shared/element.js'
import { inSentence, span } from '../shared/format.js'
import { CallFailed, openChats } from './account.js'

const AGAIN_MS = 5000

/** @typedef {{interaction_id: string, service: string, phase: string, nickname: string, subject: string, queue: string,
 *   started_ms: number, queued_ms: number, agents: string[]}} OpenChat */

export class OpenList {
  /** @param {(id: string) => void} monitor */
  constructor(monitor) {
    this.monitor = monitor
    /** @type {OpenChat[]} */
    this.chats = []
    this.askedMs = -AGAIN_MS
    this.items = el('ul', { class: 'chats' })
    this.empty = el('p', { class: 'list-empty', text: 'No chat is open.' })
    this.root = el('section', { class: 'resting', 'aria-label': 'All open chats' }, el('h2', { class: 'list-title', text: 'All open chats' }), this.empty, this.items)
  }

  /** Ask what is open, seldom. @param {number} nowMs @returns {Promise<boolean>} whether there was an answer */
  async fetch(nowMs) {
    if (nowMs - this.askedMs < AGAIN_MS) return false
    this.askedMs = nowMs
    try {
      this.chats = await openChats()
      return true
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      return false // The top bar says that there is no connection.
    }
  }

  /**
   * @param {import('./floor.js').Floor} floor
   * @param {boolean} isOpen whether a wish would reach the server
   */
  show(floor, isOpen) {
    const others = this.chats.filter((chat) => !floor.chats.get(chat.interaction_id)?.isOpen)
    this.empty.hidden = others.length > 0
    keyed(this.items, others, (chat) => chat.interaction_id, (chat) => this.make(chat), (node, chat) => {
      const wait = chat.agents.length ? '' : ', nobody answers yet'
      setText(/** @type {Element} */ (node.querySelector('.chat-time')), `${span(Math.max(0, floor.nowMs() - chat.started_ms))}${wait}`)
      for (const button of node.querySelectorAll('button')) button.disabled = !isOpen
    })
  }

  /** @param {OpenChat} chat */
  make(chat) {
    const name = chat.nickname || 'A visitor'
    return el('li', { class: 'chat-item resting-item' },
      el('span', { class: 'chat-top' }, el('bdi', { class: 'chat-name', text: name }), el('span', { class: 'chat-time' })),
      el('span', { class: 'chat-last', dir: 'auto', text: chat.subject || chat.queue || chat.service }),
      el('button', { type: 'button', class: 'button quiet', text: 'Look on', 'aria-label': `Look on the chat with ${inSentence(name)}`, on: { click: () => this.monitor(chat.interaction_id) } }))
  }
}
