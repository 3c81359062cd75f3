// One visitor's chat: started, followed, written to, restored after a reload, ended.

import { keep, read } from '../../shared/kept.js'
import { Cadence } from './cadence.js'
import { FileTransfers } from './file_transfers.js'
import { Heard } from './heard.js'
import { IdleWatch } from './idle_watch.js'
import { problemsOf } from './problems.js'
import { UnsentMessages, attributesOf } from './unsent.js'
import { ChatWire } from './wire.js'

const KEPT = 'frontdesk.shop.chat'
const LATER_MAX = 5 // So many "try later" in a row are nothing to worry anybody with.

/** @typedef {'none'|'starting'|'restoring'|'open'|'ended'} VisitorPhase */

export class VisitorChat {
  /** @type {VisitorPhase} */
  phase = 'none'
  /** @type {'good'|'lost'|'slow'} */
  connection = 'good'
  /** What went wrong, for people. */
  problem = ''
  laters = 0
  heard = new Heard()
  unsent = new UnsentMessages('')
  /** What is in the input box now. */
  preview = ''
  isSending = false
  saved = ''
  readUpTo = 0

  /**
   * @param {string} serviceUrl
   * @param {() => void} onChange
   * @param {(event: any) => void} onNews somebody else wrote
   */
  constructor(serviceUrl, onChange, onNews) {
    this.wire = new ChatWire(serviceUrl)
    this.onChange = onChange
    this.onNews = onNews
    this.cadence = new Cadence(() => this.refresh())
    this.idle = new IdleWatch(() => this.wire.call('customNotice', { eventAttributes: JSON.stringify({ purpose: 'cancel-idle-timer' }) }), onChange)
    this.files = this.newFiles()
    window.addEventListener('online', () => this.cadence.hurry())
  }

  /** @param {VisitorPhase} phase */
  reset(phase) {
    this.phase = phase
    this.connection = 'good'
    this.problem = ''
    this.laters = 0
    this.heard = new Heard()
    this.unsent = new UnsentMessages('')
    this.files = this.newFiles()
    this.isSending = false
    this.saved = ''
    this.readUpTo = 0
    this.idle.clear()
  }

  newFiles() {
    return new FileTransfers(this.wire, () => this.onChange(), () => this.cadence.hurry())
  }

  /**
   * @param {{nickname: string, text: string}} words
   * @param {Record<string, string>} userData
   */
  async start(words, userData) {
    this.reset('starting')
    this.onChange()
    const answer = await this.wire.start({ nickname: words.nickname || 'Guest', text: words.text }, userData)
    if (answer.outcome !== 'ok') {
      this.reset('none')
      this.problem = problemsOf(answer, 'start')
      this.onChange()
      return
    }
    this.save()
    this.follow('open')
    this.files.askLimits()
  }

  /** Take up the chat of before the reload, if there is one. @returns {boolean} */
  restore() {
    const kept = read(localStorage, KEPT, null)
    if (!kept?.chatId) return false
    Object.assign(this.wire.identity, kept)
    this.follow('restoring')
    return true
  }

  /** @param {VisitorPhase} phase */
  follow(phase) {
    this.phase = phase
    this.unsent = new UnsentMessages(this.wire.identity.chatId)
    this.onChange()
    this.cadence.start()
  }

  save() {
    const identity = JSON.stringify(this.wire.identity)
    if (identity === this.saved) return
    this.saved = identity
    keep(localStorage, KEPT, this.wire.identity)
  }

  /** One poll. @returns {Promise<boolean>} whether to go on */
  async refresh() {
    const askedAtMs = Date.now()
    const answer = await this.wire.call('refresh', { transcriptPosition: String(this.heard.position), message: this.preview })
    if (this.phase === 'none' || this.phase === 'ended') return false
    if (answer.outcome === 'ok') this.caughtUp(answer, askedAtMs)
    else this.notCaughtUp(answer)
    this.onChange()
    return this.phase === 'open' || this.phase === 'restoring'
  }

  /**
   * @param {import('./wire.js').Answer} answer
   * @param {number} askedAtMs
   */
  caughtUp({ body, isEnded }, askedAtMs) {
    const isReplay = this.phase === 'restoring'
    this.connection = 'good'
    this.laters = 0
    for (const event of body.messages ?? []) this.take(event, isReplay)
    if (body.messages?.length) this.idle.told(body.idleTimerExpire)
    this.heard.position = Math.max(this.heard.position, body.nextPosition ?? 1)
    if (isEnded) {
      this.ended()
      return
    }
    this.phase = 'open'
    this.save()
    if (isReplay) this.files.askLimits()
    this.unsent.settle(askedAtMs)
    this.files.settle(this.heard.events)
    this.sendNext()
  }

  /** @param {import('./wire.js').Answer} answer */
  notCaughtUp({ outcome, isEnded }) {
    if (isEnded) {
      if (this.phase === 'restoring') this.problem = 'Your last chat is over. You can start a new one.'
      this.ended()
    } else if (outcome === 'lost') this.connection = 'lost'
    else if (outcome === 'later' && (this.laters += 1) > LATER_MAX) this.connection = 'slow'
  }

  /**
   * @param {any} event
   * @param {boolean} isReplay
   */
  take(event, isReplay) {
    if (!this.heard.take(event, this.unsent)) return
    this.idle.take(event)
    const from = event.from ?? {}
    const isOwn = from.type === 'Client'
    if (event.type === 'ParticipantJoined' && from.type === 'Agent') this.files.askLimits()
    if (!isOwn && !isReplay && ['Message', 'FileUploaded', 'PushUrl', 'IdleAlert'].includes(event.type)) this.onNews(event)
  }

  /** @param {string} text */
  say(text) {
    this.unsent.add(text, this.heard.lastIndex)
    this.preview = ''
    this.idle.clear()
    this.sendNext()
    this.onChange()
  }

  /** Sends what waits, one after the other, so that the order stays. */
  async sendNext() {
    const message = this.unsent.next
    if (!message || this.isSending || this.phase !== 'open' || this.connection === 'lost') return
    this.isSending = true
    message.afterIndex = this.heard.lastIndex
    this.unsent.mark(message, 'sending')
    const answer = await this.wire.call('send', { message: message.text, messageType: 'text', eventAttributes: attributesOf(message) })
    this.isSending = false
    this.cadence.hurry()
    if (answer.outcome === 'ok') this.unsent.mark(message, 'accepted')
    else if (answer.outcome === 'lost') {
      this.unsent.mark(message, 'unsure')
      this.connection = 'lost'
    } else if (answer.outcome === 'later') this.unsent.mark(message, 'unsure')
    else this.unsent.mark(message, 'failed', problemsOf(answer, 'send'))
    if (answer.outcome === 'ok') this.sendNext()
    this.onChange()
  }

  /**
   * What is in the input box now; agents see it while it is written.
   * @param {string} text
   * @param {boolean} isTyping
   */
  type(text, isTyping) {
    this.preview = text
    if (this.phase === 'open' && this.connection === 'good') this.wire.call(isTyping ? 'startTyping' : 'stopTyping', { message: text })
  }

  /** Everything heard so far is before the visitor's eyes: agents see that it was read. */
  looked() {
    if (this.phase !== 'open' || this.connection !== 'good' || this.heard.lastWord <= this.readUpTo) return
    this.readUpTo = this.heard.lastWord
    this.wire.call('readReceipt', { transcriptPosition: String(this.readUpTo) })
  }

  /** @param {Record<string, string>} data */
  tell(data) {
    if (this.phase === 'open') this.wire.updateData(data)
  }

  async end() {
    this.cadence.stop()
    this.ended()
    this.onChange()
    // The visitor is done either way; without an answer the server notices the silence.
    await this.wire.call('disconnect')
  }

  ended() {
    this.phase = 'ended'
    this.connection = 'good'
    this.preview = ''
    this.heard.typing.clear()
    this.idle.clear()
    for (const message of this.unsent.messages) if (message.state !== 'accepted') this.unsent.mark(message, 'failed', 'The chat ended before this was sent.')
    keep(localStorage, KEPT, undefined)
  }

  /** Back to the start form. */
  leave() {
    this.cadence.stop()
    this.reset('none')
    this.onChange()
  }
}
