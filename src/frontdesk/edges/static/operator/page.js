// What the pages of supervisors share: the sign-in, who may look, and the view that the address names, kept up to date as it is looked at.

import { el, setText } from '../shared/element.js'
import { sentence } from '../shared/format.js'
import { CallFailed, signOut, whoAmI } from '../agent/account.js'
import { signInView } from '../agent/sign_in.js'

/**
 * @typedef {object} View
 * @property {string} title
 * @property {string} [place] the entry of the menu that it belongs to
 * @property {HTMLElement} root
 * @property {() => Promise<void>} [open] once; without it, `refresh` does it
 * @property {() => Promise<void>} [refresh] again and again, quietly
 * @property {number} [everyMs] how often
 * @property {boolean} [isChanged] whether something is not saved
 * @property {() => Promise<boolean>} [mayLeave] asks when something would be lost
 */

/**
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} home the address of its first view, and `homeName` what that shows
 * @property {string} homeName
 * @property {string} why one signs in
 * @property {string} secret what there is that only supervisors may see
 * @property {string[]} roles of those who may look
 * @property {() => View} view the one that the address names
 * @property {[string, string][]} [places] the entries of the menu: their names in addresses, and titles
 */

const EVERY_MS = 2000
const LATER = ['offline', 'unavailable', 'try_later']

/** The words of the address after `#/`, which anybody may have written. */
export const partsOfAddress = () => location.hash.split('/').slice(1).map(plain)

/** @param {string} part */
function plain(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export class OperatorPage {
  /** @param {Subject} subject */
  constructor(subject) {
    this.subject = subject
    this.app = /** @type {HTMLElement} */ (document.getElementById('app'))
    this.strip = el('p', { class: 'strip is-lost', role: 'status', hidden: true })
    this.place = el('div', { class: 'place' })
    this.links = new Map((subject.places ?? []).map(([name, title]) => [name, el('a', { class: 'nav-link', href: `#/${name}`, text: title })]))
    this.view = /** @type {View|null} */ (null)
    this.isOpen = false
    this.timer = 0
    this.address = location.hash
    window.addEventListener('hashchange', () => this.moved())
    window.addEventListener('beforeunload', (event) => { if (this.view?.isChanged) event.preventDefault() })
    document.addEventListener('visibilitychange', () => { if (this.view && this.isOpen && !document.hidden) this.refresh() })
  }

  async start() {
    try {
      const agent = await whoAmI()
      if (agent) this.enter(agent)
      else this.askToSignIn()
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      this.app.replaceChildren(el('div', { class: 'loading' }, el('p', { role: 'alert', text: error.message }),
        el('button', { type: 'button', class: 'button primary', text: 'Try again', on: { click: () => this.start() } })))
    }
  }

  async moved() {
    if (!this.view || location.hash === this.address) return
    const wanted = location.hash
    if (this.view.mayLeave && !(await this.view.mayLeave())) {
      history.replaceState(null, '', this.address) // They stay where they were.
      return
    }
    if (location.hash === wanted) this.show()
  }

  async show() {
    const shown = this.subject.view()
    this.view = shown
    this.isOpen = false
    this.address = location.hash
    document.title = `${shown.title} · Frontdesk`
    for (const [name, link] of this.links) {
      if (name === shown.place) {
        link.setAttribute('aria-current', 'page')
        link.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      } else link.removeAttribute('aria-current')
    }
    this.place.replaceChildren(shown.root)
    window.scrollTo(0, 0)
    await this.refresh()
    if (this.view === shown) document.title = `${shown.title} · Frontdesk`
  }

  async refresh() {
    clearTimeout(this.timer)
    const current = this.view
    if (!current) return
    try {
      if (!this.isOpen) {
        await (current.open ? current.open() : current.refresh?.())
        if (current === this.view) this.isOpen = true
      } else if (!document.hidden) await current.refresh?.()
      this.strip.hidden = true
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      if (current !== this.view) return
      if (error.code === 'not_signed_in') return this.askToSignIn('Your sign-in is over. Sign in again.')
      if (!LATER.includes(error.code)) return this.failed(sentence(error.message), current.place)
      setText(this.strip, `${error.message.replace(/ *(Check your connection and try again|Try again in a moment)\.$/u, '')} What is shown is as it was; trying again.`)
      this.strip.hidden = false
    }
    if (current === this.view && (current.refresh || !this.isOpen)) this.timer = window.setTimeout(() => this.refresh(), current.everyMs ?? EVERY_MS)
  }

  /** @param {string} text @param {string} [name] of the menu entry to go back to */
  failed(text, name) {
    const { places = [], home, homeName } = this.subject
    const title = places.find(([one]) => one === name)?.[1]
    this.place.replaceChildren(el('main', { class: 'page', id: 'content' }, el('h1', { text: 'This cannot be shown' }), el('p', { class: 'trouble', role: 'alert', text }),
      el('p', {}, el('a', { href: title ? `#/${name}` : home, text: `Back to ${title ?? homeName}` }))))
  }

  /** @param {import('../agent/account.js').Agent} agent */
  enter(agent) {
    if (!this.subject.roles.includes(agent.role)) return this.refuse(agent)
    this.app.replaceChildren(el('a', { class: 'skip', href: '#content', text: 'To the content', on: { click: (/** @type {Event} */ event) => {
      event.preventDefault() // The address says what is looked at.
      const content = /** @type {HTMLElement|null} */ (document.getElementById('content'))
      content?.setAttribute('tabindex', '-1')
      content?.focus()
    } } }), this.bar(agent), this.place)
    this.show()
  }

  /** @param {import('../agent/account.js').Agent} agent */
  bar(agent) {
    const { name, home, homeName } = this.subject
    return el('header', { class: 'top' },
      el('div', { class: 'top-row' },
        el('a', { class: 'brand', href: home, 'aria-label': `Frontdesk: ${homeName}` }, el('img', { src: '/assets/shared/icon.svg', alt: '', width: 28, height: 28 }), el('span', { text: name })),
        el('div', { class: 'top-tools' }, el('bdi', { class: 'me', text: agent.name || agent.login }), this.wayOut('Sign out', 'button small'))),
      this.links.size > 0 && el('nav', { class: 'nav', 'aria-label': name }, ...this.links.values()), this.strip)
  }

  /** @param {import('../agent/account.js').Agent} agent */
  refuse(agent) {
    this.app.replaceChildren(el('main', { class: 'page' }, el('h1', { text: 'Only supervisors may look here' }),
      el('p', { class: 'lead' }, 'You are signed in as ', el('bdi', { text: agent.name || agent.login }), `, who is no supervisor. ${this.subject.secret}`),
      el('p', {}, this.wayOut('Sign in as somebody else', 'button primary'))))
  }

  /** @param {string} text @param {string} look */
  wayOut(text, look) {
    return el('button', { type: 'button', class: look, text, on: { click: () => this.leave() } })
  }

  async leave() {
    if (this.view?.mayLeave && !(await this.view.mayLeave())) return
    try {
      await signOut()
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
    }
    this.askToSignIn('You are signed out.')
  }

  /** @param {string} [notice] */
  askToSignIn(notice = '') {
    clearTimeout(this.timer)
    this.view = null
    document.title = 'Sign in · Frontdesk'
    this.app.replaceChildren(signInView(notice, (/** @type {any} */ agent) => this.enter(agent), this.subject.why))
    this.app.querySelector('input')?.focus()
  }
}
