// What visitors will see, as it is written: an invitation to a chat, or contents.

import { el, setText } from '../shared/element.js'
import { ContentCard } from './content_card.js'

const TITLE = 'What visitors see'

export class OfferPreview {
  /** @param {import('./form.js').Form} form of an action map @param {import('./controls.js').Known} known */
  constructor(form, known) {
    this.form = form
    this.templates = known.get('actiontemplates') ?? []
    this.title = el('p', { class: 'invitation-title', dir: 'auto' })
    this.text = el('p', { class: 'invitation-text', dir: 'auto' })
    this.accept = el('span', { class: 'invitation-button is-accept', dir: 'auto' })
    this.decline = el('span', { class: 'invitation-button', dir: 'auto' })
    this.card = el('div', { class: 'invitation' }, this.title, this.text, el('div', { class: 'invitation-buttons' }, this.accept, this.decline))
    this.content = new ContentCard()
    this.other = el('p', { class: 'muted' })
    this.root = el('section', { class: 'tool', 'aria-labelledby': 'preview-title' }, el('h2', { id: 'preview-title', text: TITLE }), this.card, this.content.root, this.other)
  }

  update() {
    const action = this.form.get().action ?? {}
    const isChat = action.mediaType === 'webchat'
    const isContent = action.mediaType === 'contentOffer'
    const template = isContent && this.templates.find((one) => one.id === action.actionTemplate?.id)
    this.card.hidden = !isChat
    this.content.root.hidden = !template
    this.other.hidden = isChat || Boolean(template)
    if (template) this.content.show(template.contentOffer)
    setText(this.other, isContent ? 'Choose a template, which says it.' : 'Nothing: another system is called.')
    setText(this.title, action.props?.webchatTitleText || 'Would you like to chat?')
    setText(this.text, action.props?.webchatPrompt || 'We are here to help.')
    setText(this.accept, action.props?.webchatAcceptText || 'Chat')
    setText(this.decline, action.props?.webchatDeclineText || 'No, thank you')
  }
}

export class TemplatePreview {
  /** @param {import('./form.js').Form} form of a template */
  constructor(form) {
    this.form = form
    this.content = new ContentCard()
    this.root = el('section', { class: 'tool', 'aria-labelledby': 'preview-title' }, el('h2', { id: 'preview-title', text: TITLE }), this.content.root)
  }

  update() {
    const { mediaType, contentOffer } = this.form.get()
    this.root.hidden = mediaType !== 'contentOffer'
    this.content.show(contentOffer)
  }
}
