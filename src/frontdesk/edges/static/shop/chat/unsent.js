// The visitor's messages that the transcript does not have yet. The protocol has no ids for writes, so each
// message carries one in its attributes: after a failure nobody can judge, the transcript is read first,
// and only what is not in it is sent again.

import { newId } from '../../shared/ids.js'
import { keep, read } from '../../shared/kept.js'

const NAME = 'frontdesk.shop.unsent'
const ATTRIBUTE = 'sender'
const SETTLES_MS = 1000 // A request that was given up may still be under way for a moment.

/**
 * @typedef {object} Unsent
 * @property {string} id
 * @property {string} text
 * @property {number} atMs
 * @property {number} afterIndex the newest event when it was first sent
 * @property {'waiting'|'sending'|'unsure'|'accepted'|'failed'} state
 * @property {number} sinceMs when it came into that state
 * @property {string} problem
 */

export class UnsentMessages {
  /** @param {string} chatId */
  constructor(chatId) {
    this.chatId = chatId
    const kept = read(sessionStorage, NAME, { chatId: '', messages: [] })
    /** @type {Unsent[]} */
    this.messages = kept.chatId === chatId ? kept.messages : []
    // A reload may have cut a send short: nobody knows whether it arrived.
    for (const message of this.messages) if (message.state === 'sending') this.mark(message, 'unsure')
  }

  /**
   * @param {string} text
   * @param {number} afterIndex
   */
  add(text, afterIndex) {
    this.messages.push({ id: newId(), text, atMs: Date.now(), afterIndex, state: 'waiting', sinceMs: Date.now(), problem: '' })
    this.save()
  }

  /** @returns {Unsent|undefined} the one to send now: the oldest, when nothing before it is in doubt */
  get next() {
    const first = this.messages.find((message) => message.state !== 'failed' && message.state !== 'accepted')
    return first?.state === 'waiting' ? first : undefined
  }

  /**
   * @param {Unsent} message
   * @param {Unsent['state']} state
   * @param {string} [problem]
   */
  mark(message, state, problem = '') {
    message.state = state
    message.sinceMs = Date.now()
    message.problem = problem
    this.save()
  }

  /**
   * An own message has come back in the transcript.
   * @param {any} event
   * @returns {string} the id it had here, or ''
   */
  arrived(event) {
    const id = event.eventAttributes?.[ATTRIBUTE]?.['message-id']
    // Servers that do not keep attributes: the same words, later than the attempt.
    const found = id ? this.messages.find((message) => message.id === id)
      : this.messages.find((message) => message.text === event.text && event.index > message.afterIndex && message.state !== 'waiting')
    if (found) this.forget(found.id)
    return id ?? found?.id ?? ''
  }

  /**
   * The whole transcript has been read: what failed before the question and is not in the answer never arrived.
   * @param {number} askedAtMs
   */
  settle(askedAtMs) {
    for (const message of this.messages) {
      if (message.state === 'unsure' && message.sinceMs + SETTLES_MS < askedAtMs) this.mark(message, 'waiting')
    }
  }

  /** @param {string} id */
  forget(id) {
    this.messages = this.messages.filter((message) => message.id !== id)
    this.save()
  }

  save() {
    keep(sessionStorage, NAME, this.messages.length ? { chatId: this.chatId, messages: this.messages } : undefined)
  }
}

/**
 * The attributes a message is sent with.
 * @param {Unsent} message
 */
export const attributesOf = (message) => JSON.stringify({ [ATTRIBUTE]: { 'message-id': message.id } })
