// The chat of the shop: the widget, told what this site wants of it, and the agents, told what goes on in the shop.
// The script tag in the page brings the widget; whichever of the two comes first, the other one is waited for.

import { keep, read } from '../shared/kept.js'

const NAME = 'frontdesk.shop.name'
const TOLD = 'frontdesk.shop.told'
const GREEN = '#2a6647'
const LEAD = 'Ask about light, water or the leaf that looks at you strangely. Somebody answers right here.'

const FORM = {
  inputs: [
    { custom: `<tr><td>${LEAD}</td></tr>` },
    { id: 'shop-name', name: 'nickname', label: 'Your name (optional)', maxlength: 100, dir: 'auto', autocomplete: 'nickname',
      value: () => read(localStorage, NAME, '') },
    { id: 'shop-question', name: 'question', label: 'Your question (optional)', maxlength: 2000, dir: 'auto', autocomplete: 'off',
      placeholder: 'My calathea has crispy edges…' },
  ],
}

/** @param {string} server the origin of the server */
const settingsFor = (server) => ({
  main: {
    theme: 'system',
    color: GREEN,
    i18n: { en: { webchat: { ChatButton: 'Chat with us', ChatTitle: 'Quillwort help desk' } } },
  },
  webchat: {
    dataURL: `${server}/genesys/2/chat/demo`,
    chatButton: { enabled: true, openDelay: 0 },
    form: FORM,
    emojis: true,
    uploadsEnabled: true,
    maxMessageLength: 4000,
    extras: { echo: true, receipts: true, titleBadge: true, download: true, restart: true },
  },
})

export class ShopChat {
  /** @param {() => Record<string, string>} shopData what the shop knows of the visit */
  constructor(shopData) {
    this.shopData = shopData
    this.isOn = false
    this.push((chat) => this.prepare(chat))
    window.addEventListener('hashchange', () => this.tell())
  }

  /** @param {(chat: any) => void} act what to do with the widget once it is there */
  push(act) {
    const page = /** @type {any} */ (window)
    page.frontdesk = page.frontdesk ?? []
    page.frontdesk.push(act)
  }

  /** @param {any} chat */
  prepare(chat) {
    chat.before('WebChatService.startChat', (/** @type {any} */ options) => this.started(options))
    for (const [name, isOn] of [['started', true], ['restored', true], ['ended', false]]) {
      chat.subscribe(`WebChatService.${name}`, () => {
        this.isOn = isOn === true
        this.tell()
      })
    }
    chat.configure(settingsFor(location.origin))
  }

  /**
   * What the form was filled in with becomes the start of a chat: the question is the visitor's first message.
   * @param {any} options
   */
  started({ nickname = '', userData, ...options }) {
    const { question = '', ...data } = userData ?? {}
    keep(localStorage, NAME, nickname.trim() || undefined)
    keep(sessionStorage, TOLD, this.known)
    return { ...options, nickname: nickname.trim() || 'Guest', text: question.trim(), userData: { ...data, ...this.known } }
  }

  /** What agents may know: the basket, and where the visitor is. */
  get known() {
    return { ...this.shopData(), _genesys_url: location.href, _genesys_pageTitle: document.title.replace(/^\(\d+\) /, '') }
  }

  /** While a chat goes on, tell the agent what has changed. */
  tell() {
    const { known } = this
    if (!this.isOn || JSON.stringify(known) === JSON.stringify(read(sessionStorage, TOLD, {}))) return
    keep(sessionStorage, TOLD, known)
    this.push((chat) => chat.command('WebChatService.updateUserData', known))
  }

  open() {
    this.push((chat) => chat.command('WebChat.open').catch(() => chat.command('WebChat.minimize', { minimized: false })))
  }
}
