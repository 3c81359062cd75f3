// Whether an outcome is scored: how likely it is in each visit, which maps may go by.

import { el, setText } from '../shared/element.js'
import { toast } from '../shared/toast.js'
import { Fault, call, every, one } from './calls.js'
import { sentence } from './words.js'

export class Scoring {
  /** @param {() => import('./calls.js').Thing} thing the outcome as it was saved */
  constructor(thing) {
    this.thing = thing
    this.asked = ''
    this.predictor = ''
    this.about = el('p', { class: 'muted', role: 'status', text: 'Looking…' })
    this.button = el('button', { type: 'button', class: 'button', disabled: true, on: { click: () => this.turn() } })
    this.root = el('section', { class: 'tool', hidden: true, 'aria-labelledby': 'scoring-title' }, el('h2', { id: 'scoring-title', text: 'How likely it is' }), this.about, this.button)
  }

  update() {
    const { id } = this.thing()
    this.root.hidden = !id
    if (!id || id === this.asked) return
    this.asked = id
    this.look()
  }

  async look() {
    try {
      const all = await every('/outcomes/predictors')
      this.predictor = all.find((predictor) => predictor.outcome.id === this.asked)?.id ?? ''
      this.show()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      setText(this.about, sentence(error.message))
    }
  }

  show() {
    this.button.disabled = false
    setText(this.button, this.predictor ? 'Stop scoring it' : 'Score it')
    setText(this.about, this.predictor ? 'It is scored: each visit says how likely it is, once enough has been seen. Maps may go by that.' : 'It is not scored. At most 10 outcomes are.')
  }

  async turn() {
    this.button.disabled = true
    try {
      if (this.predictor) await call('DELETE', `/outcomes/predictors/${one(this.predictor)}`)
      else await call('POST', '/outcomes/predictors', { outcome: { id: this.asked } })
      const was = Boolean(this.predictor)
      await this.look()
      toast(was ? 'It is scored no more.' : 'It is scored from now on.', { label: 'Undo', act: () => this.turn() })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.button.disabled = false
      setText(this.about, sentence(error.message))
    }
  }
}
