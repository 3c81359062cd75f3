// Whom an answer by mail goes to, and under which subject: the fields above its text.

import { el } from '../shared/element.js'

let count = 0

export class MailFields {
  /** @param {() => void} changed */
  constructor(changed) {
    const id = `mail-${(count += 1)}`
    this.to = this.input(`${id}-to`, changed)
    this.cc = this.input(`${id}-cc`, changed)
    this.subject = this.input(`${id}-subject`, changed)
    this.subject.maxLength = 500
    this.root = el('div', { class: 'mail-fields', hidden: true },
      el('label', { htmlFor: this.to.id, text: 'To' }), this.to,
      el('label', { htmlFor: this.cc.id, text: 'Copy' }), this.cc,
      el('label', { htmlFor: this.subject.id, text: 'Subject' }), this.subject)
  }

  /**
   * @param {string} id
   * @param {() => void} changed
   */
  input(id, changed) {
    return el('input', { id, class: 'mail-input', autocomplete: 'off', dir: 'auto', spellcheck: false, on: { input: changed } })
  }

  /**
   * What was in the fields, or what an answer has by itself.
   * @param {import('./chat.js').Chat} chat
   * @param {{to?: string, cc?: string, subject?: string}} draft
   */
  fill(chat, draft) {
    this.to.value = draft.to ?? (chat.mails.replyTo || chat.email)
    this.cc.value = draft.cc ?? ''
    this.subject.value = draft.subject ?? chat.mails.answerSubject
  }

  /** What is kept of a draft: what differs from what an answer has by itself is the writer's. */
  get draft() {
    return { to: this.to.value, cc: this.cc.value, subject: this.subject.value }
  }

  /** As the server wants it. */
  get members() {
    return { to: addresses(this.to.value), cc: addresses(this.cc.value), subject: this.subject.value.trim() }
  }
}

/** @param {string} text addresses with commas, semicolons or spaces between them */
const addresses = (text) => text.split(/[\s,;]+/).filter(Boolean)
