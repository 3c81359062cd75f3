// What a supervisor can do who looks on a chat: whisper to the agents, answer too, or take over.

import { el, setText } from '../shared/element.js'

export class ListeningBar {
  /** @param {{whisper: () => void, answer: () => void, takeOver: () => void}} act */
  constructor(act) {
    this.words = el('p', { class: 'listening-words', role: 'status' })
    this.whisper = this.button('Whisper to the agents', act.whisper)
    this.answer = this.button('Answer too', act.answer)
    this.root = el('div', { class: 'listening', hidden: true }, this.words, el('div', { class: 'listening-buttons' }, this.whisper, this.answer, this.button('Take over', act.takeOver)))
  }

  /**
   * @param {string} text
   * @param {() => void} act
   */
  button(text, act) {
    return el('button', { type: 'button', class: 'button small', text, on: { click: act } })
  }

  /**
   * @param {import('./chat.js').Chat} chat
   * @param {boolean} isOpen whether a wish would reach the server
   */
  show(chat, isOpen) {
    const { audience } = chat
    this.root.hidden = !chat.isOpen || audience === 'all' || chat.parties.get(chat.me)?.kind !== 'supervisor'
    this.whisper.hidden = audience === 'agents'
    for (const button of this.root.querySelectorAll('button')) button.disabled = !isOpen
    setText(this.words, audience === 'agents' ? 'The agents see you, the visitor does not.' : 'You look on. Nobody in this chat knows.')
  }
}
