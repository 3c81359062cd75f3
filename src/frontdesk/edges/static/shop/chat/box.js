// The chat box at the corner of the shop: a launcher, and a window that fills a phone's screen.

import { ask } from '../../shared/dialog.js'
import { el, setText } from '../../shared/element.js'
import { inSentence } from '../../shared/format.js'
import { icon } from '../../shared/icons.js'
import { keep, read } from '../../shared/kept.js'
import { StartForm } from './start_form.js'
import { Talk } from './talk.js'
import { VisitorChat } from './visitor_chat.js'

const IS_OPEN = 'frontdesk.shop.box'
const PHONE = matchMedia('(width < 36rem)')

export class ChatBox {
  /**
   * @param {string} serviceUrl
   * @param {HTMLElement} page what lies behind the window on a phone
   * @param {() => Record<string, string>} userData what the shop knows of the visit
   */
  constructor(serviceUrl, page, userData) {
    this.page = page
    this.unread = 0
    this.isDue = false
    this.chat = new VisitorChat(serviceUrl, () => this.due(), (event) => this.news(event))
    this.form = new StartForm((words) => { this.hadFocus = true; this.chat.start(words, { ...pageData(), ...userData() }) })
    this.talk = new Talk(this.chat)
    this.badge = el('span', { class: 'launcher-badge', hidden: true })
    this.launcherText = el('span', { text: 'Chat with us' })
    this.launcher = el('button', { type: 'button', class: 'launcher', 'aria-expanded': 'false', 'aria-controls': 'chat-box', on: { click: () => this.open() } }, icon('chat'), this.launcherText, this.badge)
    this.title = el('h2', { id: 'chat-title', text: 'Quillwort help desk' })
    this.subtitle = el('p', { class: 'box-subtitle' })
    this.endButton = el('button', { type: 'button', class: 'button small box-end', text: 'End chat', on: { click: () => this.end() } })
    this.root = el('section', { id: 'chat-box', class: 'box', role: 'dialog', 'aria-labelledby': 'chat-title', hidden: true, on: { keydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && this.close() } },
      el('div', { class: 'box-head' },
        el('div', { class: 'box-titles' }, this.title, this.subtitle),
        this.endButton,
        el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Minimise the chat', title: 'Minimise', on: { click: () => this.close() } }, icon('down'))),
      this.form.root, this.talk.root)
    this.spoken = el('p', { class: 'unseen', role: 'status' })
    document.body.append(this.launcher, this.root, this.spoken)
    PHONE.addEventListener('change', () => this.fence())
    window.setInterval(() => this.tick(), 1000)
    const isBack = this.chat.restore()
    if (isBack && read(sessionStorage, IS_OPEN, false)) this.open(false)
    this.due()
  }

  due() {
    if (this.isDue) return
    this.isDue = true
    setTimeout(() => {
      this.isDue = false
      this.show()
    }, 0)
  }

  tick() {
    if (this.chat.idle.text || this.chat.heard.typing.size) this.due()
  }

  show() {
    const { chat } = this
    const wasForm = !this.form.root.hidden
    this.form.show(chat)
    this.talk.show()
    this.endButton.hidden = chat.phase !== 'open'
    if (!this.root.hidden && document.visibilityState === 'visible') chat.looked()
    setText(this.subtitle, subtitleOf(chat))
    if (!this.root.hidden && wasForm !== !this.form.root.hidden) this.focus()
    const hasChat = chat.phase === 'open' || chat.phase === 'restoring'
    setText(this.launcherText, hasChat ? 'Your chat' : 'Chat with us')
    setText(this.badge, this.unread ? String(this.unread) : '')
    this.badge.hidden = !this.unread
    this.launcher.setAttribute('aria-label', this.unread ? `Your chat, ${this.unread} unread` : '')
    if (!this.unread) this.launcher.removeAttribute('aria-label')
  }

  /** @param {any} event */
  news(event) {
    if (!this.root.hidden) return
    if (event.type === 'IdleAlert') this.open(false)
    else {
      this.unread += 1
      setText(this.spoken, `${inSentence(event.from.nickname ?? '') || 'The shop'} wrote in your chat`)
    }
  }

  /** @param {boolean} [takesFocus] */
  open(takesFocus = true) {
    this.root.hidden = false
    this.launcher.hidden = true
    this.launcher.setAttribute('aria-expanded', 'true')
    this.unread = 0
    keep(sessionStorage, IS_OPEN, true)
    this.fence()
    this.show()
    this.talk.transcript.toEnd()
    if (takesFocus) this.focus()
  }

  close() {
    this.root.hidden = true
    this.launcher.hidden = false
    this.launcher.setAttribute('aria-expanded', 'false')
    keep(sessionStorage, IS_OPEN, undefined)
    this.fence()
    this.show()
    this.launcher.focus()
  }

  /** On a phone the window covers the page, so the page behind is out of reach. */
  fence() {
    const covers = PHONE.matches && !this.root.hidden
    this.page.inert = covers
    document.body.classList.toggle('is-covered', covers)
    this.title.setAttribute('aria-level', covers ? '1' : '2')
    if (covers) this.root.setAttribute('aria-modal', 'true')
    else this.root.removeAttribute('aria-modal')
  }

  focus() {
    if (this.form.root.hidden) this.talk.focus()
    else (this.chat.problem ? this.form.button : this.form.name).focus()
  }

  async end() {
    const yes = await ask({ title: 'End the chat?', body: 'You can start a new one at any time, but this conversation closes.', confirm: 'End chat', cancel: 'Keep chatting', danger: true })
    if (yes === null) return
    await this.chat.end()
    this.focus()
  }
}

/** @param {VisitorChat} chat */
function subtitleOf(chat) {
  if (chat.phase === 'none' || chat.phase === 'starting') return 'Plant people, every day'
  if (chat.phase === 'ended') return 'Chat ended'
  if (chat.phase === 'restoring') return ''
  const here = new Map()
  for (const event of chat.heard.inOrder) {
    if (event.type === 'ParticipantJoined' && event.from.type !== 'Client') here.set(event.from.participantId, event.from.nickname)
    if (event.type === 'ParticipantLeft') here.delete(event.from.participantId)
  }
  here.forEach((name, id) => name === 'system' && here.delete(id))
  return here.size ? `With ${[...here.values()].map(inSentence).join(', ')}` : 'Waiting for somebody to join'
}

/** Where the visitor is, as agents see it. @returns {Record<string, string>} */
function pageData() {
  return { _genesys_url: location.href, _genesys_pageTitle: document.title, _genesys_referrer: document.referrer }
}
