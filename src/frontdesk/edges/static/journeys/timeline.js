// One event of a visit as a line of its timeline, in words.

import { el } from '../shared/element.js'
import { fullTime } from '../shared/format.js'
import { eventWords, mediaWords, ms, pathOf, reasonWords, stageWords, stateWords } from './words.js'

/** @typedef {import('./calls.js').Thing} Thing */

const second = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const OF_CHATS = new Set(['started', 'abandoned', 'engaged', 'completed'])
const EMITTERS = new Map([['E', 'the engine'], ['B', 'the browser'], ['C', 'the chat'], ['R', 'the clock']])

/** @param {Thing} event */
export function line(event) {
  const atMs = ms(event.createdDate)
  const { kind, title, name, more } = told(event)
  return el('li', { class: `moment is-${kind}` },
    el('time', { class: 'moment-time muted', dateTime: event.createdDate, text: second.format(atMs), title: fullTime(atMs) }),
    el('div', { class: 'moment-text' }, el('p', {}, el('span', { class: 'moment-title', text: title }), name && ' ', name && el('bdi', { class: 'moment-name', text: name })), ...more))
}

/** @param {string} text @param {string} [label] */
const small = (text, label) => el('p', { class: 'muted moment-more' }, label && `${label} `, el('bdi', { text }))

/** @param {Thing} event @returns {{kind: string, title: string, name?: string, more: Node[]}} */
function told(event) {
  switch (event.eventType) {
    case 'SegmentAssignmentEvent': return { kind: 'segment', title: 'Came into the segment:', name: event.segment.displayName ?? 'that is gone', more: [] }
    case 'OutcomeAchievedEvent': return { kind: 'outcome', title: 'Reached:', name: event.outcome.displayName ?? 'an outcome that is gone', more: event.associatedValue === undefined ? [] : [small(String(event.associatedValue), 'Value')] }
    case 'BlockedWebActionOfferEvent': return blocked(event)
    case 'WebActionEvent': return action(event)
    case 'WebhookCallEvent': return called(event)
    default: return seen(event)
  }
}

/** @param {Thing} event */
function seen(event) {
  const attributes = Object.entries(event.attributes ?? {})
  const page = event.page ?? {}
  return {
    kind: 'event', title: `${eventWords(event.eventName)}${page.title ? ':' : ''}`, name: page.title || undefined,
    more: [
      page.url && small(pathOf(page.url)), event.searchQuery && small(event.searchQuery, 'Searched for'),
      attributes.length > 0 && el('details', {}, el('summary', { text: attributes.length === 1 ? 'One attribute' : `${attributes.length} attributes` }),
        el('dl', { class: 'pairs' }, ...attributes.flatMap(([name, one]) => [el('dt', {}, el('bdi', { text: name })), el('dd', {}, el('bdi', { text: one.value }))]))),
    ].filter(Boolean),
  }
}

/** @param {Thing} event */
function action(event) {
  const how = [stageWords(event.stage ?? ''), event.emitter && `told by ${EMITTERS.get(event.emitter) ?? event.emitter}`, event.timeToDisposition !== undefined && `after ${(event.timeToDisposition / 1000).toFixed(1)} s`].filter(Boolean).join(', ')
  return {
    kind: 'offer', title: whatOf(event.action ?? {}), name: event.actionMap?.displayName,
    more: [how && small(how), event.errorMessage && small(event.errorMessage, event.errorCode)].filter(Boolean),
  }
}

/** @param {Thing} event */
function called(event) {
  const went = { delivered: 'Service called', failed: 'Service did not answer, to be called again', givenUp: 'Service given up' }
  return {
    kind: 'offer', title: went[/** @type {keyof typeof went} */ (event.outcome)] ?? 'Service called', name: event.actionMap?.displayName,
    more: [event.errorMessage && small(event.errorMessage, `Attempt ${event.attempt}`)].filter(Boolean),
  }
}

/** @param {Thing} event */
function blocked(event) {
  const by = event.blockingActionMap?.displayName
  return { kind: 'blocked', title: 'Not offered:', name: event.actionMap?.displayName ?? 'a map that is gone', more: [small(reasonWords(event.blockingReason)), by && small(by, 'It was')].filter(Boolean) }
}

/** @param {Thing} of an action @returns {string} */
function whatOf(of) {
  const state = stateWords(of.state)
  if (OF_CHATS.has(of.state)) return `${state[0]?.toUpperCase()}${state.slice(1)}:`
  const media = mediaWords(of.mediaType ?? '')
  if (of.state === 'offered' && media) return `${media} offered:`
  return `${media ? `${media} offer` : 'Offer'} ${state}:`
}
