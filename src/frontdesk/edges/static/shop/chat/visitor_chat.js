// One visitor's chat: started, followed, written to, restored after a reload, ended.

import { keep, read } from '../../shared/kept.js'
import { Cadence } from './cadence.js'
import { FileTransfers } from './file_transfers.js'
import { IdleWatch } from './idle_watch.js'
import { problemsOf } from './problems.js'
import { UnsentMessages, attributesOf } from './unsent.js'
import { ChatWire } from './wire.js'

const KEPT = 'frontdesk.shop.chat'
const TYPING_MAX_MS = 15_000
const LATER_MAX = 5 // So many "try later" in a row are nothing to worry anybody with.

/** @typedef {'none'|'starting'|'restoring'|'open'|'ended'} VisitorPhase */

export class VisitorChat {
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
    this.preview = ''
    this.reset('none')
    window.addEventListener('online', () => this.cadence.hurry())
  }

  /** @param {VisitorPhase} phase */
  reset(phase) {
    this.phase = phase
    this.connection = /** @type {'good'|'lost'|'slow'} */ ('good')
    this.problem = ''
    this.laters = 0
    /** @type {Map<number, any>} */
    this.events = new Map()
    this.position = 1
    /** @type {Map<number, {name: string, atMs: number}>} who types, by participant */
    this.typing = new Map()
    /** @type {Map<number, string>} the ids own messages had before they had an index */
    this.idOf = new Map()
    this.unsent = new UnsentMessages('')
    this.files = new FileTransfers(this.wire, this.onChange, () => this.cadence.hurry())
    this.isSending = false
    this.saved = ''
    this.idle.clear()
  }

  get lastIndex() {
    return this.position - 1
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

  /** The name of somebody on the other side who types now, or ''. */
  get typist() {
    const [latest] = [...this.typing.values()].filter((it) => Date.now() - it.atMs < TYPING_MAX_MS)
    return latest ? latest.name || 'Our colleague' : ''
  }

  /** One poll. @returns {Promise<boolean>} whether to go on */
  async refresh() {
    const askedAtMs = Date.now()
    const answer = await this.wire.call('refresh', { transcriptPosition: String(this.position), message: this.preview })
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
    this.position = Math.max(this.position, body.nextPosition ?? 1)
    if (isEnded) {
      this.ended()
      return
    }
    this.phase = 'open'
    this.save()
    if (isReplay) this.files.askLimits()
    this.unsent.settle(askedAtMs)
    this.files.settle(this.events)
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
    if (event.index === undefined || this.events.has(event.index)) return
    this.events.set(event.index, event)
    const from = event.from ?? {}
    const isOwn = from.type === 'Client'
    this.idle.take(event)
    if (isOwn && event.type === 'Message') {
      const id = this.unsent.arrived(event)
      if (id) this.idOf.set(event.index, id)
    }
    if (event.type === 'TypingStarted' && !isOwn) this.typing.set(from.participantId, { name: from.nickname, atMs: Date.now() })
    else if (event.type !== 'CustomNotice') this.typing.delete(from.participantId)
    if (event.type === 'ParticipantJoined' && from.type === 'Agent') this.files.askLimits()
    if (!isOwn && !isReplay && ['Message', 'FileUploaded', 'PushUrl', 'IdleAlert'].includes(event.type)) this.onNews(event)
  }

  /** @param {string} text */
  say(text) {
    this.unsent.add(text, this.lastIndex)
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
    message.afterIndex = this.lastIndex
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
    this.typing.clear()
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
