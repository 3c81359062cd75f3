// Mails in a message interaction: what became of each that was sent, and how they look in the transcript.

import { inSentence } from '../shared/format.js'

/** @typedef {import('./chat.js').Chat} Chat */
/** @typedef {import('./chat.js').Happening} Happening */
/** @typedef {{phase: 'posted'|'delayed'|'sent'|'failed', reason: string, refused: string[]}} Sending */

const WORDS = new Set(['Said', 'FileUploaded', 'UrlPushed', 'MailReceived', 'MailPosted'])
const AUTOMATIC = { reply: 'An automatic answer', bounce: 'Could not be delivered', generated: 'Written by a program' }

/** @param {any} event whether somebody wrote something by it */
export const isWord = (event) => WORDS.has(event.type)

/** @param {any} event whether it is something to read for whoever did not write it */
export const isToRead = (event) => event.type === 'Said' || event.type === 'FileUploaded' || event.type === 'MailReceived'

export class Mails {
  constructor() {
    /** @type {Map<string, Sending>} by the mail's own id */
    this.sendings = new Map()
    /** @type {Map<string, string>} which mail took a file along last, by their ids */
    this.takers = new Map()
    this.replyTo = ''
    this.subject = ''
  }

  /** @param {any} event */
  take(event) {
    switch (event.type) {
      case 'MailReceived':
        if (event.automatic === 'reply' || event.automatic === 'bounce') break
        this.replyTo = event.reply_to || event.sender
        this.subject = event.subject ?? ''
        break
      case 'MailPosted':
        this.replyTo ||= event.to[0]
        this.subject ||= event.subject ?? ''
        this.sendings.set(event.mail_id, { phase: 'posted', reason: '', refused: [] })
        for (const fileId of event.files ?? []) this.takers.set(fileId, event.mail_id)
        break
      case 'MailDelayed': this.become(event.mail_id, { phase: 'delayed', reason: event.reason, refused: [] }); break
      case 'MailSent': this.become(event.mail_id, { phase: 'sent', reason: '', refused: event.refused ?? [] }); break
      case 'MailFailed': this.become(event.mail_id, { phase: 'failed', reason: event.reason || 'It could not be sent.', refused: [] }); break
    }
  }

  /**
   * @param {string} mailId
   * @param {Sending} sending
   */
  become(mailId, sending) {
    if (this.sendings.has(mailId)) this.sendings.set(mailId, sending)
  }

  /** @param {string} fileId whether a mail takes this file along; one that could not be sent does not */
  takes(fileId) {
    const mailId = this.takers.get(fileId)
    return mailId !== undefined && this.sendings.get(mailId)?.phase !== 'failed'
  }

  /** The subject of an answer. */
  get answerSubject() {
    return /^re:/i.test(this.subject) ? this.subject : `Re: ${this.subject}`.trim()
  }
}

/**
 * What a mail's line says beside its text.
 * @param {Chat} chat
 * @param {any} event
 * @returns {{subject: string, details: string[]}}
 */
export function headOf(chat, event) {
  const isOurs = event.type !== 'MailReceived'
  const others = [...(isOurs ? event.to : []), ...event.cc ?? []]
  const details = [
    isOurs && others.length > 0 && `To ${others.join(', ')}`,
    !isOurs && event.sender !== chat.email && `From ${event.sender}`,
    !isOurs && others.length > 0 && `Copy to ${others.join(', ')}`,
    isOurs && event.files?.length && `With ${event.files.map((/** @type {string} */ id) => inSentence(chat.files.get(id)?.name ?? 'a file')).join(', ')}`,
    event.bcc?.length && `Hidden copy to ${event.bcc.join(', ')}`,
    AUTOMATIC[/** @type {keyof typeof AUTOMATIC} */ (event.automatic)],
    event.is_cut && 'The mail is longer than what is kept of it',
    event.left_out?.length && `Not kept: ${event.left_out.join(', ')}`,
  ]
  return { subject: event.subject || 'No subject', details: details.filter((detail) => typeof detail === 'string' && detail !== '') }
}

/**
 * How far a mail of ours has come, as a line shows it.
 * @param {Chat} chat
 * @param {any} event
 * @returns {{mark?: string, state?: 'sending'|'failed', problem?: string}}
 */
export function sendingOf(chat, event) {
  const sending = chat.mails.sendings.get(event.mail_id)
  switch (sending?.phase) {
    case 'sent': return { mark: sending.refused.length ? `Sent, but not to ${sending.refused.join(', ')}` : 'Sent' }
    case 'failed': return { state: 'failed', problem: sending.reason }
    case 'delayed': return { mark: `Not sent yet, it is tried again: ${sending.reason}` }
    default: return { state: 'sending' }
  }
}
