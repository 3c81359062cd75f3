// Who would have got this offer in the last days: an estimate over past visits, of the map as it stands in the form.

import { el } from '../shared/element.js'
import { Fault, call, look } from './calls.js'
import { nextId } from './controls.js'
import { counted, sentence } from './words.js'

const AGAIN_MS = 500
const SHARE_OF = (/** @type {number} */ part, /** @type {number} */ whole) => (whole ? ` (${((100 * part) / whole).toFixed(1)} %)` : '')

export class Replay {
  /** @param {import('./form.js').Form} form */
  constructor(form) {
    this.form = form
    const id = nextId()
    this.days = el('select', { id, class: 'field-input' }, ...[1, 7, 14, 30].map((days) => el('option', { value: String(days), text: days === 1 ? 'the last day' : `the last ${days} days`, selected: days === 7 })))
    this.button = el('button', { type: 'button', class: 'button', text: 'Find out', on: { click: () => this.begin() } })
    this.bar = el('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'How far it is' })
    this.result = el('div', { class: 'result', role: 'status' })
    this.root = el('section', { class: 'tool', 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title`, text: 'Who would have got it?' }),
      el('p', { class: 'muted', text: 'Past visits, lived again with the map as it stands here, saved or not. All browsers of a person count together, as they did. Whether people were free to answer is not known.' }),
      el('label', { class: 'field-label', htmlFor: id, text: 'In' }), el('div', { class: 'find-row' }, this.days, this.button), this.bar, this.result)
  }

  async begin() {
    this.button.disabled = true
    this.bar.hidden = false
    this.bar.removeAttribute('value')
    this.result.replaceChildren(el('p', { text: 'Looking at past visits…' }))
    try {
      const map = this.form.get()
      if (!map.displayName) delete map.displayName
      let job = await call('POST', '/actionmaps/estimates/jobs', { ...map, days: Number(this.days.value) })
      while (['Pending', 'Running'].includes(job.state) && this.root.isConnected) {
        if (job.state === 'Running') this.bar.value = job.progress
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
        job = await look(`/actionmaps/estimates/jobs/${encodeURIComponent(job.id)}`)
      }
      if (!this.root.isConnected) return
      if (job.state === 'Failed') throw new Fault(job.error.code, job.error.message)
      this.show(await look(`/actionmaps/estimates/jobs/${encodeURIComponent(job.id)}/results`))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.field) this.form.fault(error.message, error.field, 'This cannot be tried')
      this.result.replaceChildren(el('p', { class: 'field-problem', text: error.field ? 'The map cannot be tried yet: look at the field that is marked.' : sentence(error.message) }))
    } finally {
      this.button.disabled = false
      this.bar.hidden = true
    }
  }

  /** @param {any} found */
  show(found) {
    const { totalSessionCount: all, qualifiedSessionCount: qualified, offeredSessionCount: offered } = found
    if (!all) {
      this.result.replaceChildren(el('p', { text: 'There were no visits in these days. Put the tracker into your pages, and ask again later.' }))
      return
    }
    const looked = found.seenSessionCount > all ? ` Looked at ${counted(all, 'visit')} of ${found.seenSessionCount.toLocaleString()}, drawn at random.` : ''
    this.result.replaceChildren(
      el('p', { class: 'verdict', text: `${counted(offered, 'visit')} of ${all.toLocaleString()} would have got the offer${SHARE_OF(offered, all)}.` }),
      el('p', { class: 'muted', text: `${counted(qualified, 'visit')} would have met its trigger; page, delay and hours let ${offered.toLocaleString()} pass.${looked}` }),
      el('ul', { class: 'checks' }, ...found.perSegmentCounts.map((/** @type {any} */ one) => el('li', {}, el('bdi', { text: this.nameOf(one.segmentId) }), `: ${counted(one.count, 'visit')}`))))
  }

  /** @param {string} id of a segment */
  nameOf(id) {
    const box = this.form.root.querySelector(`input[value="${CSS.escape(id)}"]`)
    return box?.parentElement?.querySelector('bdi')?.textContent ?? id
  }
}
