// The bar at the top: readiness, connection, sound, notifications, help, signing out.

import { el, setText } from '../shared/element.js'
import { icon } from '../shared/icons.js'
import { showShortcuts } from './shortcuts.js'

const AWAY = { connection_lost: 'Your connection was away too long, so you are not ready. Switch it on again to get chats.', account_disabled: 'Your account was disabled. Ask whoever manages accounts.' }
const CONNECTION = { connecting: 'Connecting…', waiting: 'Connection lost. Trying again; what you write is kept and sent then.', open: '' }

export class TopBar {
  /**
   * @param {import('./account.js').Agent} agent
   * @param {import('./attention.js').Attention} attention
   * @param {{toggleReady: () => void, signOut: () => void}} act
   */
  constructor(agent, attention, act) {
    this.attention = attention
    this.readyText = el('span', { class: 'ready-text' })
    this.ready = el('button', { type: 'button', class: 'ready', role: 'switch', 'aria-checked': 'false', 'aria-keyshortcuts': 'Alt+R', on: { click: act.toggleReady } },
      el('span', { class: 'ready-knob', 'aria-hidden': 'true' }), this.readyText)
    this.strip = el('p', { class: 'strip', role: 'status' })
    this.sound = el('button', { type: 'button', class: 'icon-button', on: { click: () => { attention.toggleSound(); this.showSound() } } })
    this.notify = el('button', { type: 'button', class: 'button small notify', text: 'Notify me on this desktop', hidden: true,
      title: 'Shows a desktop notification when a chat rings while this page is in the background',
      on: { click: async () => { await attention.askToNotify(); this.showSound() } } })
    this.root = el('header', { class: 'top' },
      el('h1', { class: 'unseen', text: 'Frontdesk' }),
      el('div', { class: 'top-row' },
        el('p', { class: 'brand', 'aria-hidden': 'true' }, el('img', { src: '/assets/shared/icon.svg', alt: '', width: 28, height: 28 }), el('span', { text: 'Frontdesk' })),
        this.ready,
        el('div', { class: 'top-tools' }, this.notify, this.sound,
          el('button', { type: 'button', class: 'icon-button help-button', 'aria-label': 'Keyboard shortcuts', title: 'Keyboard shortcuts (?)', on: { click: showShortcuts } }, icon('help')),
          el('bdi', { class: 'me', text: agent.name || agent.login }),
          el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Sign out', title: 'Sign out', on: { click: act.signOut } }, icon('out')))),
      this.strip)
    this.showSound()
  }

  showSound() {
    const { hasSound } = this.attention
    this.sound.replaceChildren(icon(hasSound ? 'sound' : 'silent'))
    this.sound.setAttribute('aria-label', 'Sound')
    this.sound.setAttribute('aria-pressed', String(hasSound))
    this.sound.title = hasSound ? 'Sound is on' : 'Sound is off'
    this.notify.hidden = !this.attention.mayAskToNotify
  }

  /**
   * @param {boolean} isReady
   * @param {string} reason why not
   * @param {import('./connection.js').ConnectionState} state
   */
  show(isReady, reason, state) {
    this.ready.setAttribute('aria-checked', String(isReady))
    this.ready.disabled = state !== 'open'
    setText(this.readyText, isReady ? 'Ready for chats' : 'Not ready')
    const away = isReady ? '' : AWAY[/** @type {keyof typeof AWAY} */ (reason)] ?? ''
    setText(this.strip, CONNECTION[state] || away)
    this.strip.hidden = !this.strip.textContent
    this.strip.classList.toggle('is-lost', state === 'waiting')
  }
}
