// One line of a transcript as a node.

import { el } from './element.js'
import { clockTime, fullTime, size } from './format.js'
import { link, linkedText } from './linked_text.js'

/** @typedef {import('./transcript.js').Line} Line */

/**
 * Makes `node` show `line`; does nothing when it already does.
 * @param {HTMLElement} node
 * @param {Line} line
 * @param {boolean} starts whether it is the first of its group
 * @param {boolean} ends whether it is the last
 */
export function fillLine(node, line, starts, ends) {
  const { actions, ...facts } = line
  const seen = JSON.stringify([facts, actions?.map((action) => action.label), starts, ends])
  if (node.dataset.seen === seen) return
  node.dataset.seen = seen
  node.className = `line ${line.kind} ${line.side}${starts ? ' starts' : ''}${ends ? ' ends' : ''}${line.state === 'failed' ? ' failed' : ''}`
  node.replaceChildren(...(line.side === 'middle' ? middle(line) : spoken(line, starts, ends)))
}

/** @param {Line} line */
function middle(line) {
  const time = line.kind === 'day' ? null : timeOf(line)
  return [el('span', { class: 'line-status', dir: 'auto', text: line.text }), time, ...buttons(line)].filter(Boolean)
}

/**
 * @param {Line} line
 * @param {boolean} starts
 * @param {boolean} ends
 */
function spoken(line, starts, ends) {
  const author = line.side === 'own' ? 'You' : line.author ?? ''
  const head = el('div', { class: starts && (line.side === 'other' || line.kind === 'note') ? 'line-head' : 'unseen' },
    el('bdi', { text: author }),
    line.role && el('span', { class: 'line-role', text: line.role }),
    line.kind === 'note' && el('span', { class: 'line-role note-role', text: 'Note for the team' }))
  const isBusy = line.state === 'sending' || line.state === 'failed'
  const foot = ends || isBusy || line.mark
    ? el('div', { class: 'line-foot' }, timeOf(line), stateOf(line))
    : null
  return [head, el('div', { class: 'bubble', dir: 'auto' }, content(line)), foot, problemOf(line)].filter(Boolean)
}

/** @param {Line} line */
function timeOf(line) {
  return el('time', { dateTime: new Date(line.atMs).toISOString(), title: fullTime(line.atMs), text: clockTime(line.atMs) })
}

/** @param {Line} line */
function stateOf(line) {
  if (line.state === 'sending') return el('span', { class: 'line-state', text: line.file?.part === undefined ? 'Sending…' : `Sending ${Math.round(line.file.part * 100)} %` })
  if (line.state === 'failed') return el('span', { class: 'line-state', text: 'Not sent' })
  return line.mark ? el('span', { class: 'line-state', text: line.mark }) : null
}

/** @param {Line} line */
function problemOf(line) {
  if (line.state !== 'failed') return null
  return el('div', { class: 'line-problem' }, el('span', { text: line.problem ?? '' }), ...buttons(line))
}

/** @param {Line} line */
function content(line) {
  if (line.kind === 'url') return el('div', { class: 'card' }, el('span', { class: 'card-kind', text: 'Page' }), link(line.text))
  if (line.mail) return mail(line.mail, line.text)
  if (!line.file) return linkedText(line.text)
  const card = el('div', { class: `card file-card${line.file.isDeleted ? ' is-deleted' : ''}` },
    el('span', { class: 'card-kind', text: 'File' }),
    el('bdi', { class: 'file-name', text: line.file.name }),
    el('span', { class: 'file-size', text: line.file.isDeleted ? 'Deleted' : size(line.file.sizeBytes) }))
  if (line.file.part !== undefined && line.state === 'sending') {
    card.append(el('progress', { max: 1, value: line.file.part, 'aria-label': `Uploading ${line.file.name}` }))
  } else if (line.state !== 'failed' && line.actions?.length) card.append(el('div', { class: 'card-actions' }, ...buttons(line)))
  return card
}

/**
 * @param {{subject: string, details: string[]}} head
 * @param {string} text
 */
function mail(head, text) {
  return el('div', { class: 'mail' },
    el('div', { class: 'mail-subject', dir: 'auto', text: head.subject }),
    ...head.details.map((detail) => el('div', { class: 'mail-detail', dir: 'auto', text: detail })),
    el('div', { class: 'mail-text', dir: 'auto' }, linkedText(text)))
}

/** @param {Line} line */
function buttons(line) {
  return (line.actions ?? []).map(({ label, act, quiet }) =>
    el('button', { type: 'button', class: `button small${quiet ? ' quiet' : ''}`, text: label, on: { click: act } }))
}
