// The agent's chats: who, the last word, what is unread, and how long the visitor has been waiting.

import { el, keyed, setText } from '../shared/element.js'
import { clockTime, inSentence, initials, span } from '../shared/format.js'
import { icon } from '../shared/icons.js'

const LONG_WAIT_MS = 60_000

/** @typedef {import('./chat.js').Chat} Chat */

export class ChatList {
  /**
   * @param {(id: string) => void} select
   * @param {(id: string) => void} dismiss
   */
  constructor(select, dismiss) {
    this.select = select
    this.dismiss = dismiss
    this.count = el('span', { class: 'list-count' })
    this.open = el('ul', { class: 'chats' })
    this.done = el('ul', { class: 'chats' })
    this.doneTitle = el('h2', { class: 'list-title', text: 'Finished' })
    this.empty = el('p', { class: 'list-empty' })
    this.root = el('div', { class: 'lists' },
      el('h2', { class: 'list-title' }, el('span', { text: 'My chats' }), this.count), this.empty, this.open, this.doneTitle, this.done)
  }

  /**
   * @param {import('./floor.js').Floor} floor
   * @param {string} selected
   * @param {number} capacity how many chats this agent takes at once
   */
  show(floor, selected, capacity) {
    const chats = floor.listed
    const open = chats.filter((chat) => chat.isOpen)
    const done = chats.filter((chat) => !chat.isOpen)
    setText(this.count, `${open.length} of ${capacity}`)
    this.empty.hidden = open.length > 0
    setText(this.empty, !floor.isSettled ? 'Loading your chats…' : floor.isReady
      ? 'No chats yet. New ones ring here; you can leave this page open in the background.'
      : 'You are not ready, so no chat will ring. Switch to “Ready” above to get some.')
    this.doneTitle.hidden = done.length === 0
    for (const [list, some] of /** @type {[HTMLElement, Chat[]][]} */ ([[this.open, open], [this.done, done]])) {
      keyed(list, some, (chat) => chat.id, (chat) => this.make(chat), (node, chat) => this.update(node, chat, floor, selected))
    }
  }

  /** @param {Chat} chat */
  make(chat) {
    return el('li', { class: 'chat-item' },
      el('button', { type: 'button', class: 'chat-button', on: { click: () => this.select(chat.id) } },
        el('span', { class: `mark mark-${tint(chat.id)}`, 'aria-hidden': 'true' }),
        el('span', { class: 'chat-top' }, el('bdi', { class: 'chat-name' }), el('span', { class: 'chat-time' })),
        el('span', { class: 'chat-last', dir: 'auto' }),
        el('span', { class: 'chat-badges' }, el('span', { class: 'chat-wait' }), el('span', { class: 'chat-unread' }))),
      el('button', { type: 'button', class: 'icon-button chat-dismiss', title: 'Put away', on: { click: () => this.dismiss(chat.id) } }, icon('close')))
  }

  /**
   * @param {HTMLElement} node
   * @param {Chat} chat
   * @param {import('./floor.js').Floor} floor
   * @param {string} selected
   */
  update(node, chat, floor, selected) {
    const unread = floor.unread(chat)
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (node.querySelector(name))
    const button = part('.chat-button')
    if (chat.id === selected) button.setAttribute('aria-current', 'true')
    else button.removeAttribute('aria-current')
    const name = chat.nickname || 'A visitor'
    setText(part('.mark'), initials(name))
    setText(part('.chat-name'), name)
    const last = chat.lastWord
    setText(part('.chat-time'), clockTime(last?.at_ms ?? chat.startedMs))
    const isTyping = chat.isTyping(1, floor.nowMs())
    setText(part('.chat-last'), isTyping ? 'is typing…' : lastWords(chat))
    part('.chat-last').classList.toggle('is-typing', isTyping)
    setText(part('.chat-unread'), unread ? String(unread) : '')
    part('.chat-unread').setAttribute('aria-label', unread ? `${unread} unread` : '')
    part('.chat-dismiss').hidden = chat.isOpen
    part('.chat-dismiss').setAttribute('aria-label', `Put away the chat with ${inSentence(name)}`)
    node.classList.toggle('is-unread', unread > 0)
    this.showWait(node, chat, floor.nowMs())
  }

  /**
   * @param {HTMLElement} node
   * @param {Chat} chat
   * @param {number} nowMs
   */
  showWait(node, chat, nowMs) {
    const waitMs = chat.isOpen && chat.waitsSinceMs ? nowMs - chat.waitsSinceMs : 0
    const wait = /** @type {HTMLElement} */ (node.querySelector('.chat-wait'))
    setText(wait, waitMs > 5000 ? `waits ${span(waitMs)}` : '')
    wait.classList.toggle('is-long', waitMs > LONG_WAIT_MS)
  }

  /** @param {import('./floor.js').Floor} floor */
  tick(floor) {
    for (const node of this.open.children) {
      const chat = floor.chats.get(String(/** @type {HTMLElement} */ (node).dataset.key))
      if (chat) this.showWait(/** @type {HTMLElement} */ (node), chat, floor.nowMs())
    }
  }

  /** @param {string} id */
  focus(id) {
    for (const node of this.root.querySelectorAll('.chat-item')) {
      if (/** @type {HTMLElement} */ (node).dataset.key === id) /** @type {HTMLElement|null} */ (node.querySelector('.chat-button'))?.focus()
    }
  }
}

/** @param {Chat} chat */
function lastWords(chat) {
  const last = chat.lastWord
  if (!last) return chat.subject || (chat.isOpen ? 'No messages yet' : 'Ended without a message')
  const text = last.event.text !== undefined ? last.event.text : last.event.type === 'UrlPushed' ? last.event.url : `File: ${last.event.name}`
  const note = last.event.visibility === 'agents' ? 'Note: ' : ''
  return last.event.party_id === chat.me ? `You: ${note}${text}` : note + text
}

/**
 * Which of the mark's colours a chat has; the same for as long as it lives.
 * @param {string} id
 */
function tint(id) {
  return [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % 5
}
