// Who the visitor is, where they were, what is known of them, who else is here.

import { el } from '../shared/element.js'
import { clockTime, inSentence, span } from '../shared/format.js'
import { link } from '../shared/linked_text.js'
import { JourneyPanel } from './journey_panel.js'

const ROLES = { agent: 'Agent', bot: 'Assistant', supervisor: 'Supervisor', external: 'External' }

const PAGE_KEYS = new Set(['_genesys_url', '_genesys_pageTitle', '_genesys_referrer']) // Shown as the page.
const NAMES = new Map([['GCTI_LanguageCode', 'Language'], ['_genesys_source', 'Comes by'], ['_genesys_browser', 'Browser'], ['_genesys_OS', 'System']])
const NO_NEWS = new Set(['_genesys_widgets', 'journeyContext']) // The journey is shown in words.

/** @typedef {import('./chat.js').Chat} Chat */

export class VisitorPanel {
  /** @param {{bringIn: (party: import('./chat.js').Party) => void, passOn: (party: import('./chat.js').Party) => void, park: () => void, merge: () => void}} act */
  constructor(act) {
    this.act = act
    this.body = el('div', {})
    this.journey = new JourneyPanel()
    this.root = el('aside', { class: 'panel', 'aria-label': 'About the visitor', tabIndex: -1 }, this.body, this.journey.root)
    this.shown = ''
  }

  /**
   * @param {Chat} chat
   * @param {number} nowMs
   */
  show(chat, nowMs) {
    this.journey.show(chat, nowMs)
    const since = `${clockTime(chat.startedMs)}, ${span(nowMs - chat.startedMs)} ago`
    const others = [...chat.parties.values()].filter((party) => party.is_present && party.party_id !== 1)
    const known = knownOf(chat.userData)
    const shown = JSON.stringify([chat.id, chat.nickname, chat.fullName, chat.email, chat.subject, chat.summary, chat.page, chat.userData, others, since, chat.isOpen, chat.audience])
    if (shown === this.shown) return
    this.shown = shown
    this.body.replaceChildren(
      el('h2', { class: 'panel-name' }, el('bdi', { text: chat.nickname || 'A visitor' })),
      facts([
        ['Name', chat.fullName !== chat.nickname ? chat.fullName : ''], ['E-mail', chat.email], ['Subject', chat.subject],
        ['Here since', chat.startedMs ? since : ''], ['Service', chat.service], ['Queue', chat.queue],
      ]),
      ...section('Summary', chat.summary && el('p', { class: 'panel-summary', dir: 'auto', text: chat.summary })),
      ...section('Page', pageOf(chat.page)),
      ...section('Known of them', known.length ? facts(known) : null),
      ...section('In this chat', others.length ? el('ul', { class: 'panel-parties' }, ...others.map((party) => el('li', {},
        el('bdi', { text: party.party_id === chat.me ? `${party.nickname} (you)` : party.nickname }),
        el('span', { class: 'panel-role', text: `${ROLES[/** @type {keyof typeof ROLES} */ (party.kind)] ?? party.kind}${(party.visibility ?? 'all') === 'all' ? '' : ', unseen'}${party.is_held ? ', put aside' : ''}` }),
        this.buttons(chat, party)))) : null),
      ...section('This chat', this.ownButtons(chat)))
  }

  /**
   * What can be done about the chat as a whole.
   * @param {Chat} chat
   */
  ownButtons(chat) {
    if (!chat.isOpen || chat.audience !== 'all') return null
    return el('span', { class: 'panel-buttons' },
      el('button', { type: 'button', class: 'button small', text: chat.isParked ? 'Go on' : 'Put aside', on: { click: () => this.act.park() } }),
      !chat.isMessage && el('button', { type: 'button', class: 'button small', text: 'Merge…', on: { click: () => this.act.merge() } }))
  }

  /**
   * What can be done about a colleague who is here.
   * @param {Chat} chat
   * @param {import('./chat.js').Party} party
   */
  buttons(chat, party) {
    // A supervisor whom the visitor does not see comes forward alone.
    const isPerson = party.kind === 'agent' || (party.kind === 'supervisor' && party.visibility !== 'agents')
    if (!chat.isOpen || chat.audience !== 'all' || party.party_id === chat.me || !isPerson || party.visibility === 'supervisors') return null
    const name = inSentence(party.nickname)
    return el('span', { class: 'panel-buttons' },
      party.visibility === 'agents' && el('button', { type: 'button', class: 'button small', text: 'Bring in', 'aria-label': `Bring ${name} in`, on: { click: () => this.act.bringIn(party) } }),
      el('button', { type: 'button', class: 'button small', text: 'Pass on', 'aria-label': `Pass the chat on to ${name}`, on: { click: () => this.act.passOn(party) } }))
  }
}

/**
 * What the site says comes first, then what the widget says of the browser, in words.
 * @param {Record<string, string>} userData
 * @returns {[string, string][]}
 */
function knownOf(userData) {
  const known = Object.entries(userData).filter(([key]) => !PAGE_KEYS.has(key) && !NO_NEWS.has(key))
  const named = (/** @type {[string, string]} */ [key, value]) => /** @type {[string, string]} */ ([NAMES.get(key) ?? key, value])
  return [...known.filter(([key]) => !NAMES.has(key)), ...known.filter(([key]) => NAMES.has(key)).map(named)]
}

/**
 * @param {string} title
 * @param {Node|null|undefined|false|string} content
 */
function section(title, content) {
  return content ? [el('h3', { class: 'panel-title', text: title }), content] : []
}

/** @param {[string, string][]} pairs */
function facts(pairs) {
  return el('dl', { class: 'facts' }, ...pairs.filter(([, value]) => value).flatMap(([name, value]) => [
    el('dt', {}, el('bdi', { text: name })), el('dd', { dir: 'auto', text: value })]))
}

/** @param {{url?: string, title?: string, referrer?: string}} page */
function pageOf(page) {
  if (!page.url && !page.title && !page.referrer) return null
  return el('div', { class: 'panel-page' },
    page.title && el('p', { dir: 'auto', text: page.title }),
    page.url && link(page.url),
    page.referrer && el('p', { class: 'panel-referrer' }, 'Came from ', link(page.referrer)))
}
