// The delayed events of a session: which comes next, and how much time is left until then.

import { el, setText } from '../shared/element.js'
import { fullTime, remaining } from '../shared/format.js'

/** @typedef {import('./looks.js').Delayed} Delayed */

const EVERY_MS = 1000

/**
 * A list that counts down by itself for as long as it stands on the page.
 * @param {Delayed[]} timers the next one first
 * @param {number} nowMs the server's time
 */
export function timersList(timers, nowMs) {
  const aheadMs = nowMs - Date.now()
  const parts = timers.map((timer) => ({ timer, left: el('span', { class: 'timer-left' }) }))
  const list = el('ul', { class: 'timers' }, ...parts.map(({ timer, left }) => item(timer, left)))
  const tick = () => {
    for (const { timer, left } of parts) {
      const ms = timer.due_ms - Date.now() - aheadMs
      setText(left, ms > 0 ? `in ${remaining(ms)}` : 'now')
    }
  }
  tick()
  const ticking = setInterval(() => {
    if (list.isConnected) tick()
    else clearInterval(ticking)
  }, EVERY_MS)
  return list
}

/** @param {Delayed} timer @param {HTMLElement} left */
function item(timer, left) {
  const more = [timer.sendid && `id ${timer.sendid}`, timer.target && `to ${timer.target}`].filter(Boolean).join(', ')
  return el('li', { class: 'timer' },
    el('p', { class: 'timer-head' }, el('code', { class: 'timer-event', text: timer.event }), left),
    el('p', { class: 'muted' }, el('time', { dateTime: new Date(timer.due_ms).toISOString(), text: fullTime(timer.due_ms) }), more && el('bdi', { text: `, ${more}` })))
}
