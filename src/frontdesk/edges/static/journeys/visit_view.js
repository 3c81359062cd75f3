// One visit: who and where they are, what happened to them, how likely outcomes are, and why a map is not offered.

import { el, keyed, setText } from '../shared/element.js'
import { fullTime, inSentence, span } from '../shared/format.js'
import { every, look, one } from './calls.js'
import { nextId } from './controls.js'
import { stateOfModel } from './model_words.js'
import { segmentTags } from './tags.js'
import { line } from './timeline.js'
import { WhyNot } from './why_not.js'
import { counted, ms, pathOf, percent, stateWords } from './words.js'

/** @typedef {import('./calls.js').Thing} Thing */

const PAGE_SIZE = 200

export class VisitView {
  /** @param {string} id */
  constructor(id) {
    this.id = id
    this.title = 'A visit'
    this.place = 'visitors'
    this.after = ''
    this.drawn = ''
    /** @type {Map<string, Thing>} */
    this.events = new Map()
    this.about = el('p', { class: 'lead', text: 'Looking…' })
    this.facts = el('div', {})
    this.scores = el('div', {})
    this.timeline = el('ol', { class: 'timeline' })
    this.none = el('p', { class: 'empty', hidden: true, text: 'Nothing is kept of this visit any more.' })
    this.why = new WhyNot(id)
    const heading = nextId()
    this.root = el('main', { class: 'page', id: 'content' },
      el('p', { class: 'crumbs' }, el('a', { href: '#/visitors', text: 'Live visitors' })), el('h1', { text: this.title }), this.about,
      el('div', { class: 'visit-columns' },
        el('section', { 'aria-labelledby': heading }, el('h2', { id: heading, text: 'What happened, the newest first' }), this.none, this.timeline),
        el('div', {}, this.facts, this.scores, this.why.root)))
  }

  async open() {
    await this.refresh()
    await this.why.open(await every('/actionmaps', { sortBy: 'displayName' }))
  }

  async refresh() {
    const visit = await look(`/sessions/${one(this.id)}`)
    await this.readOn(visit)
    const text = visit.endedDate ? `It was over ${fullTime(ms(visit.endedDate))}.` : `Here for ${span(Date.now() - ms(visit.createdDate))}.`
    setText(this.about, `${counted(visit.pageviewCount, 'page')} and ${counted(visit.eventCount, 'event')} in this visit. ${text}`)
    this.why.suggest(visit.lastPage?.url ?? '')
    const drawn = JSON.stringify([visit.lastPage, visit.segments, visit.actions, visit.outcomesAchieved])
    if (drawn !== this.drawn) {
      this.drawn = drawn
      this.show(visit)
    }
    this.showScores((await look(`/sessions/${one(this.id)}/outcomescores?explain=true`)).outcomeScores)
  }

  /** Read the events that are new. @param {Thing} visit */
  async readOn(visit) {
    for (;;) {
      const page = await look(`/sessions/${one(this.id)}/events`, { pageSize: String(PAGE_SIZE), after: this.after })
      for (const event of page.entities) this.events.set(event.id, event)
      if (!page.after) break
      this.after = page.after
    }
    this.none.hidden = this.events.size > 0 || !visit.id
    keyed(this.timeline, [...this.events.values()].reverse(), (event) => event.id, line, () => undefined)
  }

  /** @param {Thing} visit */
  show(visit) {
    const url = visit.lastPage?.url
    const device = [visit.device?.category, visit.device?.osFamily, visit.browser?.family].filter(Boolean).join(', ')
    /** @type {[string, Node|string|undefined][]} */
    const facts = [
      ['Page', url && el('bdi', {}, visit.lastPage.title && el('span', { text: visit.lastPage.title }), el('span', { class: 'muted visit-path', text: ` ${pathOf(url)}` }))],
      ['Since', fullTime(ms(visit.createdDate))],
      ['Visits', visit.visitCount && counted(visit.visitCount, 'visit')],
      ['Known as', visit.externalId && el('bdi', { text: visit.externalId })],
      ['Came from', visit.referrer?.url && el('bdi', { text: visit.referrer.url })],
      ['Campaign', visit.mktCampaign?.source && el('bdi', { text: [visit.mktCampaign.source, visit.mktCampaign.name].filter(Boolean).join(', ') })],
      ['With', device && el('bdi', { text: device })],
      ['Segments', visit.segments.length ? segmentTags(visit.segments) : 'none'],
      ['Reached', visit.outcomesAchieved.length ? segmentTags(visit.outcomesAchieved) : 'nothing yet'],
      ['Offers', visit.actions.length ? el('ul', {}, ...visit.actions.map((/** @type {Thing} */ action) => el('li', {}, el('bdi', { text: action.actionMap.displayName ?? 'a map that is gone' }), `: ${stateWords(action.state)}`))) : 'none'],
    ]
    this.facts.replaceChildren(el('h2', { text: 'The visitor' }), el('dl', { class: 'pairs' }, ...facts.filter(([, value]) => value).flatMap(([name, value]) => [el('dt', { text: name }), el('dd', {}, value)])))
  }

  /** @param {Thing[]} scores */
  showScores(scores) {
    if (!scores.length) return
    const drawn = JSON.stringify(scores)
    if (this.scores.dataset.drawn === drawn) return
    this.scores.dataset.drawn = drawn
    this.scores.replaceChildren(el('h2', { text: 'How likely it is' }), el('dl', { class: 'pairs' }, ...scores.flatMap((score) => [
      el('dt', {}, el('bdi', { text: score.outcome.displayName ?? 'An outcome that is gone' })), el('dd', {}, likely(score), parts(score.contributions ?? []))])))
  }
}

/** What an estimate is made of. @param {Thing[]} contributions */
const parts = (contributions) => contributions.length > 0 && el('ul', { class: 'muted' }, ...contributions.map((one_) => el('li', {}, el('bdi', { text: one_.feature }), ` ${one_.sign} it`)))

/** @param {Thing} score */
function likely(score) {
  if (score.achieved) return 'reached'
  if (score.probability === null || score.probability === undefined) return stateOfModel(score.state ?? 'collecting')
  const beside = score.percentile === null || score.percentile === undefined ? '' : `; more likely than in ${score.percentile} of 100 visits`
  return inSentence(`Estimate ${percent(100 * score.probability)}, at most ${percent(100 * score.sessionMaxProbability)} in this visit${beside}`)
}
