// What the visitor is asked before a chat; nothing of it is required.

import { el, setText } from '../../shared/element.js'
import { keep, read } from '../../shared/kept.js'

const NAME = 'frontdesk.shop.name'

export class StartForm {
  /** @param {(words: {nickname: string, text: string}) => void} start */
  constructor(start) {
    this.name = el('input', { id: 'chat-name', class: 'field-input', autocomplete: 'nickname', maxLength: 100, dir: 'auto', value: read(localStorage, NAME, '') })
    this.text = el('textarea', { id: 'chat-question', class: 'field-input', rows: 3, maxLength: 2000, dir: 'auto', placeholder: 'My calathea has crispy edges…' })
    this.problem = el('p', { class: 'field-problem', role: 'alert' })
    this.button = el('button', { type: 'submit', class: 'button primary wide', text: 'Start chatting' })
    this.root = el('form', { class: 'start', 'aria-label': 'Start a chat' },
      el('p', { class: 'start-lead', text: 'Ask about light, water or the leaf that looks at you strangely. Somebody answers right here.' }),
      el('label', { class: 'field-label', htmlFor: 'chat-name', text: 'Your name (optional)' }), this.name,
      el('label', { class: 'field-label', htmlFor: 'chat-question', text: 'Your question (optional)' }), this.text,
      this.problem, this.button)
    this.root.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault()
      keep(localStorage, NAME, this.name.value.trim() || undefined)
      start({ nickname: this.name.value.trim(), text: this.text.value.trim() })
    })
    this.text.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      this.root.requestSubmit()
    })
  }

  /** @param {import('./visitor_chat.js').VisitorChat} chat */
  show(chat) {
    const isStarting = chat.phase === 'starting'
    this.root.hidden = chat.phase !== 'none' && !isStarting
    this.button.disabled = isStarting
    setText(this.button, isStarting ? 'Starting…' : 'Start chatting')
    setText(this.problem, chat.problem)
    if (chat.phase === 'open') this.text.value = ''
  }
}
