// Starts the agent page: the sign-in when nobody is signed in, else the desk.

import { el } from '../shared/element.js'
import { CallFailed, signOut, whoAmI } from './account.js'
import { Desk } from './desk.js'
import { signInView } from './sign_in.js'

const app = /** @type {HTMLElement} */ (document.getElementById('app'))
let desk = /** @type {Desk|null} */ (null)

/** @param {import('./account.js').Agent} agent */
function openDesk(agent) {
  desk = new Desk(agent, { signOut: leaveDesk, signedOut: () => askToSignIn('Your sign-in is over. Sign in again; nothing was lost.') })
  app.replaceChildren(desk.root)
  desk.open()
}

async function leaveDesk() {
  try {
    await signOut()
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
  }
  askToSignIn('You are signed out.')
}

/** @param {string} [notice] */
function askToSignIn(notice = '') {
  desk?.close()
  desk = null
  document.title = 'Sign in · Frontdesk'
  app.replaceChildren(signInView(notice, openDesk))
  app.querySelector('input')?.focus()
}

async function start() {
  try {
    const agent = await whoAmI()
    if (agent) openDesk(agent)
    else askToSignIn()
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
    app.replaceChildren(el('div', { class: 'loading' },
      el('p', { role: 'alert', text: error.message }),
      el('button', { type: 'button', class: 'button primary', text: 'Try again', on: { click: start } })))
  }
}

start()
