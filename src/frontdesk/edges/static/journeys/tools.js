// What stands beside the form of some kinds: a preview, a tester of addresses, a replay, a snippet, a reminder.

import { el } from '../shared/element.js'
import { OfferPreview, TemplatePreview } from './offer_preview.js'
import { Replay } from './replay.js'
import { Scoring } from './scoring.js'
import { Snippet } from './snippet.js'
import { UrlTester } from './url_tester.js'

/** @typedef {{root: HTMLElement, update?: () => void}} Tool */

/**
 * @param {string} kind
 * @param {import('./form.js').Form} form
 * @param {() => import('./calls.js').Thing} thing as it was saved
 * @param {import('./controls.js').Known} known what it may name
 * @returns {Tool[]}
 */
export function toolsOf(kind, form, thing, known) {
  if (kind === 'actiontemplates') return [new TemplatePreview(form)]
  if (kind === 'actionmaps') return [new OfferPreview(form, known), new UrlTester(form), new Replay(form), new ReportLink(thing)]
  if (kind === 'deployments') return [new Snippet(thing)]
  if (kind === 'outcomes') return [new Scoring(thing)]
  return []
}

class ReportLink {
  /** @param {() => import('./calls.js').Thing} thing */
  constructor(thing) {
    this.thing = thing
    this.link = el('a', { text: 'How it performs' })
    this.root = el('p', { class: 'tool-link' }, this.link)
  }

  update() {
    this.root.hidden = !this.thing().id
    this.link.href = `#/report/${encodeURIComponent(this.thing().id ?? '')}`
  }
}
