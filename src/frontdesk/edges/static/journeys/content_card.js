// A content offer as visitors will see it. Pictures stay where they are: what is to be seen on them stands in their place.

import { el, setText } from '../shared/element.js'

const MODES = new Map([['Toast', 'Shown in a corner.'], ['Overlay', 'Shown over the page.'], ['Modal', 'Shown before everything else, until it is answered.']])

export class ContentCard {
  constructor() {
    this.title = el('p', { class: 'content-title', dir: 'auto' })
    this.headline = el('p', { class: 'content-headline', dir: 'auto' })
    this.text = el('p', { class: 'content-text', dir: 'auto' })
    this.act = el('span', { class: 'invitation-button is-accept', dir: 'auto' })
    this.buttons = el('div', { class: 'invitation-buttons' }, this.act)
    this.words = el('div', { class: 'content-words' }, this.title, this.headline, this.text, this.buttons)
    this.picture = el('p', { class: 'content-picture', dir: 'auto' })
    this.card = el('div', { class: 'invitation content-card' }, this.picture, this.words)
    this.mode = el('p', { class: 'muted' })
    this.root = el('div', {}, this.card, this.mode)
  }

  /** @param {any} offer as the template has it */
  show(offer) {
    const { layoutMode = 'TextOnly', displayMode = 'Toast', title, headline, body, imageUrl, imageAltText, callToAction } = offer ?? {}
    const isAlone = layoutMode === 'ImageOnly'
    const hasPicture = Boolean(imageUrl) && layoutMode !== 'TextOnly'
    for (const [node, text] of [[this.title, title], [this.headline, headline], [this.text, body]]) {
      setText(node, text ?? '')
      node.hidden = !text
    }
    setText(this.act, callToAction?.text || 'Show me')
    this.buttons.hidden = !callToAction?.url
    setText(this.picture, imageAltText || (isAlone && (callToAction?.text || title)) || 'The image')
    this.picture.hidden = !hasPicture
    this.words.hidden = isAlone
    this.card.dataset.layout = layoutMode
    const isEmpty = !hasPicture && (isAlone || !(title || headline || body))
    this.card.hidden = isEmpty
    setText(this.mode, isEmpty ? 'Nothing yet: it needs words or an image.' : (MODES.get(displayMode) ?? ''))
  }
}
