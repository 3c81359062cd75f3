// The chats that ring for this agent: who, about what, and how long there is to answer.

import { el, keyed, setText } from '../shared/element.js'
import { inSentence, span } from '../shared/format.js'

/** @typedef {import('./floor.js').Invite} Invite */

const CALLS = { conference: 'asks you to answer too', consult: 'asks you for advice; the visitor does not see you', transfer: 'passes this chat on to you' }

export class InviteList {
  /** @param {(id: string, isYes: boolean) => void} answer */
  constructor(answer) {
    this.answer = answer
    this.items = el('ul', { class: 'invites' })
    this.root = el('section', { class: 'ringing', 'aria-label': 'Ringing', hidden: true }, el('h2', { class: 'unseen', text: 'Ringing for you' }), this.items,
      el('p', { class: 'unseen', role: 'alert' }))
    this.spoken = /** @type {Element} */ (this.root.lastElementChild)
    /** @type {Map<string, {invite: Invite, wholeMs: number}>} */
    this.shown = new Map()
  }

  /**
   * @param {Invite[]} invites
   * @param {number} nowMs by the server's clock
   * @param {boolean} isOpen whether an answer would reach the server
   * @param {import('./outbox.js').Outbox} outbox
   */
  show(invites, nowMs, isOpen, outbox) {
    this.root.hidden = invites.length === 0
    for (const invite of invites) {
      if (this.shown.has(invite.interaction_id)) continue
      this.shown.set(invite.interaction_id, { invite, wholeMs: Math.max(1000, invite.until_ms - nowMs) })
      setText(this.spoken, `${inSentence(invite.nickname)} ${invite.medium === 'message' ? 'wrote a mail' : 'asks for a chat'}. Alt+A accepts.`)
    }
    const ids = new Set(invites.map((invite) => invite.interaction_id))
    for (const id of this.shown.keys()) if (!ids.has(id)) this.shown.delete(id)
    if (!invites.length) setText(this.spoken, '')
    keyed(this.items, invites, (invite) => invite.interaction_id, (invite) => this.make(invite), (node, invite) => {
      const isAnswered = outbox.isUnderWay('accept', invite.interaction_id) || outbox.isUnderWay('decline', invite.interaction_id)
      for (const button of node.querySelectorAll('button')) button.disabled = isAnswered || !isOpen
    })
    this.tick(nowMs)
  }

  /** @param {Invite} invite */
  make(invite) {
    const what = invite.medium === 'message' ? 'mail from' : 'chat with'
    const facts = [invite.medium === 'message' ? 'Mail' : '', invite.service, invite.queue && invite.queue !== 'default' ? invite.queue : ''].filter(Boolean).join(' · ')
    return el('li', { class: 'invite' },
      el('div', { class: 'invite-head' },
        el('bdi', { class: 'invite-name', text: invite.nickname || 'A visitor' }),
        el('span', { class: 'invite-left', 'aria-hidden': 'true' })),
      el('p', { class: 'invite-facts' }, el('bdi', { text: facts }), el('span', { class: 'invite-wait' })),
      invite.subject && el('p', { class: 'invite-subject', dir: 'auto', text: invite.subject }),
      invite.called_by && el('p', { class: 'invite-call', dir: 'auto', text: `${inSentence(invite.called_by)} ${CALLS[/** @type {keyof typeof CALLS} */ (invite.purpose)] ?? 'calls you'}` }),
      invite.note && el('p', { class: 'invite-summary', dir: 'auto', text: invite.note }),
      invite.summary && el('p', { class: 'invite-summary', dir: 'auto', text: invite.summary }),
      el('progress', { class: 'invite-bar', max: 1, value: 1, 'aria-hidden': 'true' }),
      el('div', { class: 'invite-buttons' },
        el('button', { type: 'button', class: 'button primary', text: 'Accept', 'aria-label': `Accept the ${what} ${inSentence(invite.nickname)}`, on: { click: () => this.answer(invite.interaction_id, true) } }),
        el('button', { type: 'button', class: 'button quiet', text: 'Decline', 'aria-label': `Decline the ${what} ${inSentence(invite.nickname)}`, on: { click: () => this.answer(invite.interaction_id, false) } })))
  }

  /** @param {number} nowMs */
  tick(nowMs) {
    for (const node of this.items.children) {
      const known = this.shown.get(String(/** @type {HTMLElement} */ (node).dataset.key))
      if (!known) continue
      const leftMs = Math.max(0, known.invite.until_ms - nowMs)
      const bar = /** @type {HTMLProgressElement} */ (node.querySelector('progress'))
      bar.value = leftMs / known.wholeMs
      setText(/** @type {Element} */ (node.querySelector('.invite-left')), `${Math.ceil(leftMs / 1000)} s`)
      if (known.invite.started_ms) setText(/** @type {Element} */ (node.querySelector('.invite-wait')), `here for ${span(nowMs - known.invite.started_ms)}`)
    }
  }
}
