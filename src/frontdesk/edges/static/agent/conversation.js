// One chat before the agent: its head with what can be done, the transcript, the composer, the visitor.

import { el, setText } from '../shared/element.js'
import { icon } from '../shared/icons.js'
import { Transcript } from '../shared/transcript.js'
import { notSent } from './attached.js'
import { Composer } from './composer.js'
import { ListeningBar } from './listening_bar.js'
import { linesOf, linesUnderWay } from './lines.js'
import { VisitorPanel } from './visitor_panel.js'

/** @typedef {import('./chat.js').Chat} Chat */

export class Conversation {
  /**
   * @param {import('./chat_actions.js').ChatActions} actions
   * @param {import('./outbox.js').Outbox} outbox
   * @param {import('./uploads.js').Uploads} uploads
   * @param {() => void} back to the list, on a phone
   */
  constructor(actions, outbox, uploads, back) {
    this.actions = actions
    this.outbox = outbox
    this.uploads = uploads
    this.chat = /** @type {Chat|undefined} */ (undefined)
    this.transcript = new Transcript('Conversation')
    this.panel = new VisitorPanel({
      bringIn: (party) => this.withChat((chat) => actions.bringIn(chat, party)),
      passOn: (party) => this.withChat((chat) => actions.passOn(chat, party)),
      park: () => this.withChat((chat) => actions.park(chat)),
      merge: () => this.withChat((chat) => actions.merge(chat)),
    })
    this.composer = new Composer({
      say: (text, isNote) => this.withChat((chat) => actions.say(chat, text, isNote)),
      mail: (text, addressed) => this.withChat((chat) => actions.mail(chat, text, addressed)),
      type: (isTyping) => this.withChat((chat) => actions.type(chat, isTyping)),
      detach: (file) => this.withChat((chat) => actions.detach(chat, file)),
      attach: (files) => this.withChat((chat) => uploads.add(chat.id, files)),
      pushUrl: () => this.withChat((chat) => actions.pushUrl(chat)),
    })
    this.name = el('bdi', { class: 'head-name' })
    this.state = el('span', { class: 'head-state' })
    this.callButton = this.button('person', 'Call in', (chat) => actions.call(chat))
    this.handButton = this.button('hand', 'Hand over', (chat) => actions.handOver(chat))
    this.leaveButton = this.button('leave', 'Leave', (chat) => actions.leave(chat))
    this.endButton = this.button('close', 'End', (chat) => actions.end(chat))
    this.buttons = el('div', { class: 'head-buttons' },
      this.callButton,
      this.handButton,
      this.leaveButton,
      this.endButton)
    this.listening = new ListeningBar({
      whisper: () => this.withChat((chat) => actions.stepForward(chat, 'agents')),
      answer: () => this.withChat((chat) => actions.stepForward(chat, 'all')),
      takeOver: () => this.withChat((chat) => actions.takeOver(chat)),
    })
    this.panelButton = el('button', { type: 'button', class: 'icon-button panel-button', 'aria-label': 'About the visitor', title: 'About the visitor', 'aria-expanded': 'false', on: { click: () => this.togglePanel() } }, icon('person'))
    this.elsewhere = el('span', { class: 'back-count', 'aria-hidden': 'true' })
    this.back = el('button', { type: 'button', class: 'icon-button back-button', on: { click: back } }, icon('back'), this.elsewhere)
    this.main = el('main', { class: 'conversation', hidden: true },
      el('header', { class: 'head' },
        this.back,
        el('h2', { class: 'head-title' }, this.name, this.state),
        this.buttons, this.panelButton),
      this.transcript.root, this.listening.root, this.composer.root)
    this.nothing = el('main', { class: 'nothing' }, el('div', { class: 'nothing-mark' }, icon('chat')), el('p', {}))
    this.root = el('div', { class: 'conversation-area' }, this.nothing, this.main, this.panel.root)
    this.dropFiles()
    this.main.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && matchMedia('(width < 48rem)').matches && back())
  }

  /**
   * @param {Parameters<typeof icon>[0]} drawing
   * @param {string} label
   * @param {(chat: Chat) => void} act
   */
  button(drawing, label, act) {
    return el('button', { type: 'button', class: 'button small head-button', title: label, on: { click: () => this.withChat(act) } }, icon(drawing), el('span', { text: label }))
  }

  /** @param {(chat: Chat) => void} act */
  withChat(act) {
    if (this.chat?.isOpen) act(this.chat)
  }

  togglePanel() {
    const isShown = this.root.classList.toggle('shows-panel')
    this.panelButton.setAttribute('aria-expanded', String(isShown))
    if (isShown) this.panel.root.focus()
  }

  /**
   * @param {Chat|undefined} chat
   * @param {import('./floor.js').Floor} floor
   * @param {{isOpen: boolean, isSettled: boolean}} connection
   */
  show(chat, floor, connection) {
    this.chat = chat
    this.main.hidden = this.panel.root.hidden = !chat
    this.nothing.hidden = Boolean(chat)
    if (!chat) {
      setText(/** @type {Element} */ (this.nothing.querySelector('p')), nothingText(floor, connection.isSettled))
      return
    }
    setText(this.name, chat.nickname || 'A visitor')
    setText(this.state, stateOf(chat, floor))
    this.buttons.hidden = !chat.isOpen
    this.callButton.hidden = this.handButton.hidden = this.endButton.hidden = chat.audience !== 'all'
    setText(/** @type {Element} */ (this.callButton.lastElementChild), chat.isCalling ? 'Call off' : 'Call in')
    this.callButton.title = chat.isCalling ? 'Call off' : 'Call in'
    this.callButton.classList.toggle('is-calling', chat.isCalling)
    this.leaveButton.title = chat.isMessage ? 'Done' : 'Leave'
    setText(/** @type {Element} */ (this.leaveButton.lastElementChild), this.leaveButton.title)
    this.listening.show(chat, connection.isOpen)
    for (const button of this.buttons.children) button.disabled = !connection.isOpen
    this.transcript.show(chat.id, this.lines(chat))
    this.showTyping(chat, floor.nowMs())
    this.showElsewhere(floor, chat)
    const uploads = this.uploads.open(chat)
    const failed = uploads.filter((transfer) => transfer.problem).length
    this.composer.show(chat, notSent(chat, this.outbox.unsaid(chat.id)), { count: uploads.length, failed })
    this.panel.show(chat, floor.nowMs())
  }

  /** @param {Chat} chat */
  lines(chat) {
    const act = {
      download: (/** @type {string} */ fileId, /** @type {string} */ name) => this.actions.download(chat, fileId, name),
      deleteFile: (/** @type {string} */ fileId, /** @type {string} */ name) => this.actions.deleteFile(chat, fileId, name),
      forget: (/** @type {string} */ id) => this.outbox.forget(id),
      edit: (/** @type {string} */ id, /** @type {string} */ text) => { this.outbox.forget(id); this.composer.put(text) },
    }
    const here = new Set(chat.happenings.map((it) => it.event.client_id))
    const underWay = this.outbox.unsaid(chat.id).filter((write) => !here.has(write.id))
    return [...linesOf(chat, act), ...[...linesUnderWay(chat, underWay, act), ...this.uploads.lines(chat)].sort((a, b) => a.atMs - b.atMs)]
  }

  /**
   * @param {Chat} chat
   * @param {number} nowMs
   */
  showTyping(chat, nowMs) {
    const typist = chat.typist(nowMs)
    const preview = chat.isOpen ? chat.preview : ''
    this.transcript.showTyping(typist?.nickname || (typist || preview ? 'The visitor' : ''), preview, Boolean(typist))
  }

  /**
   * On a phone the list is out of sight: the way back tells what waits there.
   * @param {import('./floor.js').Floor} floor
   * @param {Chat} chat
   */
  showElsewhere(floor, chat) {
    const waiting = floor.invites.size + floor.listed.filter((it) => it !== chat && floor.unread(it) > 0).length
    setText(this.elsewhere, waiting ? String(waiting) : '')
    this.back.setAttribute('aria-label', `Back to the list of chats${waiting ? `, ${waiting} waiting there` : ''}`)
    this.back.classList.toggle('is-ringing', floor.invites.size > 0)
  }

  focus() {
    if (this.main.hidden) return
    if (!this.composer.focus()) this.transcript.log.focus({ preventScroll: true })
  }

  dropFiles() {
    this.main.addEventListener('dragover', (/** @type {DragEvent} */ event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
    })
    this.main.addEventListener('drop', (/** @type {DragEvent} */ event) => {
      event.preventDefault()
      const files = [...event.dataTransfer?.files ?? []]
      if (files.length) this.withChat((chat) => this.uploads.add(chat.id, files))
    })
  }
}

/**
 * @param {Chat} chat
 * @param {import('./floor.js').Floor} floor
 */
function stateOf(chat, floor) {
  if (chat.isEnded) return 'Ended'
  if (floor.rests(chat)) return 'Rests'
  if (!chat.isMine) return 'No longer yours'
  if (chat.isParked) return 'Put aside'
  const visitor = chat.parties.get(1)
  if (chat.isMessage) return 'Mail'
  return visitor && !visitor.is_present ? 'The visitor has left' : chat.service
}

/**
 * @param {import('./floor.js').Floor} floor
 * @param {boolean} isSettled
 */
function nothingText(floor, isSettled) {
  if (!isSettled) return 'Connecting to your desk…'
  if (floor.invites.size) return 'Somebody is waiting for you to accept.'
  if (floor.chats.size) return 'Choose a chat on the left.'
  return floor.isReady ? 'All quiet. The next chat rings here.' : 'Switch to “Ready” to get chats.'
}
