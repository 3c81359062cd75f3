// Whether an outcome is scored: how likely it is in each visit, which maps may go by.

import { el, setText } from '../shared/element.js'
import { toast } from '../shared/toast.js'
import { Fault, call, every, look, one } from './calls.js'
import { modelWords, stateOfModel } from './model_words.js'
import { sentence } from './words.js'

export class Scoring {
  /** @param {() => import('./calls.js').Thing} thing the outcome as it was saved */
  constructor(thing) {
    this.thing = thing
    this.asked = ''
    this.predictor = ''
    this.about = el('p', { class: 'muted', role: 'status', text: 'Looking…' })
    this.button = el('button', { type: 'button', class: 'button', disabled: true, on: { click: () => this.turn() } })
    this.model = el('div', { class: 'model' })
    this.root = el('section', { class: 'tool', hidden: true, 'aria-labelledby': 'scoring-title' }, el('h2', { id: 'scoring-title', text: 'How likely it is' }), this.about, this.model, this.button)
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
      this.show(await look(`/outcomes/${one(this.asked)}/model`))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      setText(this.about, sentence(error.message))
    }
  }

  /** @param {import('./calls.js').Thing} model */
  show(model) {
    this.button.disabled = false
    setText(this.button, this.predictor ? 'Stop scoring it' : 'Score it')
    setText(this.about, this.predictor ? stateOfModel(model.state) : 'It is not scored. At most 10 outcomes are; maps may go by their estimates.')
    this.model.replaceChildren(...(this.predictor ? modelWords(model) : []))
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
