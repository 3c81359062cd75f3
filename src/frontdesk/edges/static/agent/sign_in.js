// The sign-in form.

import { el } from '../shared/element.js'
import { CallFailed, signIn } from './account.js'

/**
 * @param {string} notice why the form is there, when it was not expected
 * @param {(agent: import('./account.js').Agent) => void} onSignedIn
 * @param {string} [lead] what for
 * @returns {HTMLElement}
 */
export function signInView(notice, onSignedIn, lead = 'Sign in to talk to the people on your site.') {
  const login = field('login', 'Login', 'text', 'username')
  const password = field('password', 'Password', 'password', 'current-password')
  const problem = el('p', { class: 'field-problem', role: 'alert' })
  const button = el('button', { type: 'submit', class: 'button primary wide', text: 'Sign in' })
  const form = el('form', { class: 'sign-in', noValidate: true },
    el('img', { src: '/assets/shared/icon.svg', alt: '', width: 48, height: 48 }),
    el('h1', { text: 'Frontdesk' }),
    el('p', { class: 'sign-in-lead', text: lead }),
    notice && el('p', { class: 'sign-in-notice', role: 'status', text: notice }),
    login.label, login.input, password.label, password.input, problem, button)

  form.addEventListener('submit', async (/** @type {Event} */ event) => {
    event.preventDefault()
    const missing = [login.input, password.input].find((input) => !input.value)
    for (const input of [login.input, password.input]) input.setAttribute('aria-invalid', String(!input.value))
    if (missing) {
      problem.textContent = missing === login.input ? 'Enter your login.' : 'Enter your password.'
      missing.focus()
      return
    }
    problem.textContent = ''
    button.disabled = true
    button.textContent = 'Signing in…'
    try {
      onSignedIn(await signIn(login.input.value.trim(), password.input.value))
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      problem.textContent = error.message
      const wrong = error.code === 'wrong_credentials'
      for (const input of [login.input, password.input]) input.setAttribute('aria-invalid', String(wrong))
      if (wrong) password.input.select()
    } finally {
      button.disabled = false
      button.textContent = 'Sign in'
    }
  })
  return el('main', { class: 'sign-in-page' }, form)
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} type
 * @param {string} autocomplete
 */
function field(name, label, type, autocomplete) {
  return {
    label: el('label', { class: 'field-label', htmlFor: `sign-in-${name}`, text: label }),
    input: el('input', { id: `sign-in-${name}`, class: 'field-input', name, type, autocomplete, required: true, maxLength: 200, autocapitalize: 'none', spellcheck: false }),
  }
}
