// Starts the pages of journeys: the sign-in, and for supervisors the view that the address names, kept up to date as it is looked at.

import { el, setText } from '../shared/element.js'
import { CallFailed, signOut, whoAmI } from '../agent/account.js'
import { signInView } from '../agent/sign_in.js'
import { Editor } from './editor.js'
import { KINDS } from './kinds.js'
import { ListView } from './list_view.js'
import { MapReportView } from './map_report_view.js'
import { ReportView } from './report_view.js'
import { SettingsView } from './settings_view.js'
import { VisitView } from './visit_view.js'
import { VisitorsView } from './visitors_view.js'
import { sentence } from './words.js'

/**
 * @typedef {object} View
 * @property {string} title
 * @property {string} place the entry of the menu that it belongs to
 * @property {HTMLElement} root
 * @property {() => Promise<void>} open
 * @property {() => Promise<void>} [refresh] again and again, quietly
 * @property {number} [everyMs] how often
 * @property {boolean} [isChanged] whether something is not saved
 * @property {() => Promise<boolean>} [mayLeave] asks when something would be lost
 */

const EVERY_MS = 2000
const PLACES = [['visitors', 'Visitors'], ['report', 'Report'], ...Object.entries(KINDS).map(([name, kind]) => [name, kind.title]), ['settings', 'Settings']]

const app = /** @type {HTMLElement} */ (document.getElementById('app'))
const strip = el('p', { class: 'strip is-lost', role: 'status', hidden: true })
const place = el('div', { class: 'place' })
const links = new Map(PLACES.map(([name, title]) => [String(name), el('a', { class: 'nav-link', href: `#/${name}`, text: title })]))
let view = /** @type {View|null} */ (null)
let isOpen = false
let timer = 0
let address = location.hash

/** @returns {View} */
function viewOfAddress() {
  const [, kind = '', id = '', what = ''] = location.hash.split('/').map(plain)
  if (kind === 'visit' && id) return new VisitView(id)
  if (kind === 'report') return id ? new MapReportView(id) : new ReportView()
  if (kind === 'settings') return new SettingsView()
  if (KINDS[kind] && Object.hasOwn(KINDS, kind)) return id ? new Editor(kind, id === 'new' ? '' : id, what) : new ListView(kind)
  return new VisitorsView()
}

/** @param {string} part of an address, which anybody may have written */
function plain(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

async function show() {
  const shown = viewOfAddress()
  view = shown
  isOpen = false
  address = location.hash
  document.title = `${shown.title} · Frontdesk`
  for (const [name, link] of links) {
    if (name === shown.place) {
      link.setAttribute('aria-current', 'page')
      link.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    } else link.removeAttribute('aria-current')
  }
  place.replaceChildren(shown.root)
  window.scrollTo(0, 0)
  await refresh()
  if (view === shown) document.title = `${shown.title} · Frontdesk`
}

async function refresh() {
  clearTimeout(timer)
  const current = view
  if (!current) return
  try {
    if (!isOpen) {
      await current.open()
      if (current === view) isOpen = true
    } else if (!document.hidden) await current.refresh?.()
    strip.hidden = true
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
    if (current !== view) return
    if (error.code === 'not_signed_in') return askToSignIn('Your sign-in is over. Sign in again.')
    if (!['offline', 'unavailable', 'try_later'].includes(error.code)) return failed(sentence(error.message), current.place)
    setText(strip, `${error.message.replace(/ *(Check your connection and try again|Try again in a moment)\.$/u, '')} What is shown is as it was; trying again.`)
    strip.hidden = false
  }
  if (current === view && (current.refresh || !isOpen)) timer = window.setTimeout(refresh, current.everyMs ?? EVERY_MS)
}

/** @param {string} text @param {string} name of the menu entry to go back to */
function failed(text, name) {
  place.replaceChildren(el('main', { class: 'page', id: 'content' }, el('h1', { text: 'This cannot be shown' }), el('p', { class: 'trouble', role: 'alert', text }),
    el('p', {}, el('a', { href: `#/${name}`, text: `Back to ${PLACES.find(([one]) => one === name)?.[1] ?? 'visitors'}` }))))
}

/** @param {import('../agent/account.js').Agent} agent */
function open(agent) {
  if (!['supervisor', 'admin'].includes(agent.role)) return refuse(agent)
  app.replaceChildren(el('a', { class: 'skip', href: '#content', text: 'To the content', on: { click: (/** @type {Event} */ event) => {
    event.preventDefault() // The address says what is looked at.
    const content = /** @type {HTMLElement|null} */ (document.getElementById('content'))
    content?.setAttribute('tabindex', '-1')
    content?.focus()
  } } }), bar(agent), place)
  show()
}

/** @param {import('../agent/account.js').Agent} agent */
const bar = (agent) => el('header', { class: 'top' },
  el('div', { class: 'top-row' },
    el('a', { class: 'brand', href: '#/visitors', 'aria-label': 'Frontdesk: live visitors' }, el('img', { src: '/assets/shared/icon.svg', alt: '', width: 28, height: 28 }), el('span', { text: 'Journeys' })),
    el('div', { class: 'top-tools' }, el('bdi', { class: 'me', text: agent.name || agent.login }), el('button', { type: 'button', class: 'button small', text: 'Sign out', on: { click: leave } }))),
  el('nav', { class: 'nav', 'aria-label': 'Journeys' }, ...links.values()), strip)

/** @param {import('../agent/account.js').Agent} agent */
function refuse(agent) {
  app.replaceChildren(el('main', { class: 'page' }, el('h1', { text: 'Only supervisors may look here' }),
    el('p', { class: 'lead' }, 'You are signed in as ', el('bdi', { text: agent.name || agent.login }), ', who is no supervisor. Journeys show what visitors do on your site.'),
    el('p', {}, el('button', { type: 'button', class: 'button primary', text: 'Sign in as somebody else', on: { click: leave } }))))
}

async function leave() {
  if (view?.mayLeave && !(await view.mayLeave())) return
  try {
    await signOut()
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
  }
  askToSignIn('You are signed out.')
}

/** @param {string} [notice] */
function askToSignIn(notice = '') {
  clearTimeout(timer)
  view = null
  document.title = 'Sign in · Frontdesk'
  app.replaceChildren(signInView(notice, open, 'Sign in as a supervisor to see and shape journeys.'))
  app.querySelector('input')?.focus()
}

async function start() {
  try {
    const agent = await whoAmI()
    if (agent) open(agent)
    else askToSignIn()
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
    app.replaceChildren(el('div', { class: 'loading' }, el('p', { role: 'alert', text: error.message }),
      el('button', { type: 'button', class: 'button primary', text: 'Try again', on: { click: start } })))
  }
}

window.addEventListener('hashchange', async () => {
  if (!view || location.hash === address) return
  const wanted = location.hash
  if (view.mayLeave && !(await view.mayLeave())) {
    history.replaceState(null, '', address) // They stay where they were.
    return
  }
  if (location.hash === wanted) show()
})
window.addEventListener('beforeunload', (event) => { if (view?.isChanged) event.preventDefault() })
document.addEventListener('visibilitychange', () => { if (view && isOpen && !document.hidden) refresh() })
start()
