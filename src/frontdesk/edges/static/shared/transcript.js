// What was said, as people read it: one node per line, grouped by author, kept in place between updates.

import { el, keyed, setText } from './element.js'
import { dayKey, dayName, inSentence } from './format.js'
import { fillLine } from './transcript_line.js'

/**
 * One line, the same for every protocol.
 * @typedef {object} Line
 * @property {string} id stays the same while a line turns from sending to sent
 * @property {'message'|'note'|'file'|'url'|'status'|'warning'|'day'} kind
 * @property {'own'|'other'|'middle'} side
 * @property {string} [by] who wrote it; lines of one writer form a group
 * @property {string} [author] the writer's name
 * @property {string} [role] said beside the name when it is not obvious, such as `Assistant`
 * @property {number} atMs
 * @property {string} text
 * @property {{name: string, sizeBytes: number, isDeleted?: boolean, part?: number}} [file] `part`: uploaded, 0 to 1
 * @property {{subject: string, details: string[]}} [mail] what stands above the text of a mail
 * @property {'sending'|'failed'|'sent'} [state]
 * @property {string} [problem] why it failed and what to do
 * @property {string} [mark] a word beside the time, such as `Seen`
 * @property {{label: string, act: () => void, quiet?: boolean}[]} [actions]
 */

const GROUP_MS = 3 * 60_000
const NEAR_END_PX = 90
const GROUPED = new Set(['message', 'file', 'url', 'note'])

export class Transcript {
  /** @param {string} label what the log is called for screen readers */
  constructor(label) {
    this.log = el('div', { class: 'transcript-lines', role: 'log', 'aria-label': label, 'aria-live': 'off', tabIndex: 0 })
    this.tail = el('div', { class: 'transcript-tail' })
    this.scroller = el('div', { class: 'transcript-scroller' }, this.log, this.tail)
    this.jump = el('button', { type: 'button', class: 'transcript-jump', hidden: true, text: 'New messages ↓', on: { click: () => this.toEnd() } })
    this.root = el('div', { class: 'transcript' }, this.scroller, this.jump)
    this.subject = ''
    this.lastId = ''
    this.isAtEnd = true
    this.scroller.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.scroller
      this.isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX
      if (this.isAtEnd) this.jump.hidden = true
    }, { passive: true })
    // A keyboard on a phone or a growing input box takes room away: the end stays in sight.
    new ResizeObserver(() => this.isAtEnd && this.toEnd()).observe(this.scroller)
  }

  /**
   * Shows `lines`. Old lines of another `subject` are replaced in silence; new ones are read out.
   * @param {string} subject which conversation this is
   * @param {Line[]} lines oldest first
   */
  show(subject, lines) {
    const isFresh = subject !== this.subject
    if (isFresh) {
      this.subject = subject
      this.log.setAttribute('aria-live', 'off')
      this.log.replaceChildren()
      this.isAtEnd = true
    }
    const shown = withDays(lines, Date.now())
    keyed(this.log, shown.map((line, at) => ({ line, before: shown[at - 1], after: shown[at + 1] })),
      ({ line }) => line.id, () => el('div'), (node, { line, before, after }) => {
        fillLine(node, line, !continues(before, line), !continues(line, after))
      })
    const last = lines[lines.length - 1]
    if (last && last.id !== this.lastId) {
      this.lastId = last.id
      if (this.isAtEnd || last.side === 'own') this.toEnd()
      else this.jump.hidden = last.side === 'middle'
    } else if (this.isAtEnd) this.toEnd()
    if (isFresh) setTimeout(() => this.log.setAttribute('aria-live', 'polite'), 300)
  }

  /**
   * What the other side is doing at this moment: nothing, typing, or typing these words.
   * @param {string} who
   * @param {string} [preview] what stands in their input box
   * @param {boolean} [isTyping] whether they are at it this moment
   */
  showTyping(who, preview = '', isTyping = true) {
    const [old] = this.tail.children
    if (!who) this.tail.replaceChildren()
    else if (!old) {
      this.tail.replaceChildren(el('div', { class: 'typing' }, el('span', { class: 'typing-dots', 'aria-hidden': 'true' }, el('i'), el('i'), el('i')),
        el('bdi', { class: 'typing-text' })))
    }
    const text = this.tail.querySelector('.typing-text')
    if (text) setText(text, preview || `${inSentence(who)} is typing`)
    this.tail.firstElementChild?.classList.toggle('has-preview', Boolean(preview))
    this.tail.firstElementChild?.classList.toggle('is-still', !isTyping)
    if (this.isAtEnd) this.toEnd()
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight
    this.isAtEnd = true
    this.jump.hidden = true
  }
}

/**
 * @param {Line|undefined} before
 * @param {Line|undefined} line
 */
function continues(before, line) {
  return Boolean(before && line && GROUPED.has(before.kind) && GROUPED.has(line.kind) && before.by === line.by &&
    (before.kind === 'note') === (line.kind === 'note') && line.atMs - before.atMs < GROUP_MS)
}

/**
 * @param {Line[]} lines
 * @param {number} nowMs
 * @returns {Line[]} with a line before the first one of each day but a lone today
 */
function withDays(lines, nowMs) {
  const isOneDay = lines.every((line) => dayKey(line.atMs) === dayKey(nowMs))
  if (isOneDay) return lines
  return lines.flatMap((line, at) => {
    if (at > 0 && dayKey(lines[at - 1].atMs) === dayKey(line.atMs)) return [line]
    return [{ id: `day ${dayKey(line.atMs)}`, kind: /** @type {const} */ ('day'), side: /** @type {const} */ ('middle'), atMs: line.atMs, text: dayName(line.atMs, nowMs) }, line]
  })
}
