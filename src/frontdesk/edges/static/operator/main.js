// Starts the operator's page: the sign-in, and for supervisors the view that the address names, refreshed as it is looked at.

import { el, setText } from '../shared/element.js'
import { CallFailed, signOut, whoAmI } from '../agent/account.js'
import { signInView } from '../agent/sign_in.js'
import { ApplicationView } from './application_view.js'
import { ApplicationsView } from './applications_view.js'
import { SessionView } from './session_view.js'

const EVERY_MS = 2000

/** @typedef {{title: string, root: HTMLElement, refresh: () => Promise<void>}} View */

const app = /** @type {HTMLElement} */ (document.getElementById('app'))
const strip = el('p', { class: 'strip is-lost', role: 'status', hidden: true })
const place = el('div', { class: 'place' })
let view = /** @type {View|null} */ (null)
let timer = 0

/** @returns {View} */
function viewOfAddress() {
  const [, kind, name = '', version = ''] = location.hash.split('/').map(plain)
  if (kind === 'application' && name) return new ApplicationView(name, version)
  if (kind === 'session' && name) return new SessionView(name)
  return new ApplicationsView()
}

/** @param {string} part of an address, which anybody may have written */
function plain(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function show() {
  view = viewOfAddress()
  document.title = `${view.title} · Frontdesk`
  place.replaceChildren(view.root)
  window.scrollTo(0, 0)
  refresh()
}

async function refresh() {
  clearTimeout(timer)
  const current = view
  if (!current) return
  try {
    if (!document.hidden) await current.refresh()
    strip.hidden = true
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
    if (current !== view) return
    if (error.code === 'not_signed_in') return askToSignIn('Your sign-in is over. Sign in again.')
    if (!['offline', 'unavailable'].includes(error.code)) return failed(error.message)
    setText(strip, `${error.message} What is shown is as it was; trying again.`)
    strip.hidden = false
  }
  if (current === view) timer = window.setTimeout(refresh, EVERY_MS)
}

/** @param {string} text */
function failed(text) {
  place.replaceChildren(el('main', { class: 'page', id: 'content' }, el('h1', { text: 'This cannot be shown' }), el('p', { class: 'trouble', role: 'alert', text }),
    el('p', {}, el('a', { href: '#/', text: 'All applications' }))))
}

/** @param {import('../agent/account.js').Agent} agent */
function open(agent) {
  if (agent.role !== 'supervisor') return refuse(agent)
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
    el('a', { class: 'brand', href: '#/', 'aria-label': 'Frontdesk: all applications' }, el('img', { src: '/assets/shared/icon.svg', alt: '', width: 28, height: 28 }), el('span', { text: 'Orchestration' })),
    el('div', { class: 'top-tools' }, el('bdi', { class: 'me', text: agent.name || agent.login }), el('button', { type: 'button', class: 'button small', text: 'Sign out', on: { click: leave } }))),
  strip)

/** @param {import('../agent/account.js').Agent} agent */
function refuse(agent) {
  app.replaceChildren(el('main', { class: 'page' }, el('h1', { text: 'Only supervisors may look here' }),
    el('p', { class: 'lead' }, 'You are signed in as ', el('bdi', { text: agent.name || agent.login }), ', who is no supervisor. Sessions show what visitors have said of themselves.'),
    el('p', {}, el('button', { type: 'button', class: 'button primary', text: 'Sign in as somebody else', on: { click: leave } }))))
}

async function leave() {
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
  app.replaceChildren(signInView(notice, open, 'Sign in as a supervisor to see what applications do.'))
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

window.addEventListener('hashchange', () => { if (view) show() })
document.addEventListener('visibilitychange', () => { if (view && !document.hidden) refresh() })
start()
