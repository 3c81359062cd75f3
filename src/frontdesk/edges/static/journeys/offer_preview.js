// The invitation as a visitor will see it, as it is written.

import { el, setText } from '../shared/element.js'

export class OfferPreview {
  /** @param {import('./form.js').Form} form */
  constructor(form) {
    this.form = form
    this.title = el('p', { class: 'invitation-title', dir: 'auto' })
    this.text = el('p', { class: 'invitation-text', dir: 'auto' })
    this.accept = el('span', { class: 'invitation-button is-accept', dir: 'auto' })
    this.decline = el('span', { class: 'invitation-button', dir: 'auto' })
    this.card = el('div', { class: 'invitation' }, this.title, this.text, el('div', { class: 'invitation-buttons' }, this.accept, this.decline))
    this.other = el('p', { class: 'muted' })
    this.root = el('section', { class: 'tool', 'aria-labelledby': 'preview-title' }, el('h2', { id: 'preview-title', text: 'What visitors see' }), this.card, this.other)
  }

  update() {
    const action = this.form.get().action ?? {}
    const isChat = action.mediaType === 'webchat'
    this.card.hidden = !isChat
    this.other.hidden = isChat
    setText(this.other, action.mediaType === 'contentOffer' ? 'The content of the template.' : 'Nothing: another system is called.')
    setText(this.title, action.props?.webchatTitleText || 'Would you like to chat?')
    setText(this.text, action.props?.webchatPrompt || 'We are here to help.')
    setText(this.accept, action.props?.webchatAcceptText || 'Chat')
    setText(this.decline, action.props?.webchatDeclineText || 'No, thank you')
  }
}
