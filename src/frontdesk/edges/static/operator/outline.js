// A chart as a list in lists: what the picture shows, for keyboards and screen readers.

import { el, setText } from '../shared/element.js'
import { kindWord, wordsOf } from './tree.js'

export class Outline {
  /** @param {ReturnType<typeof import('./tree.js').treeOf>} tree */
  constructor(tree) {
    this.nodes = tree.nodes
    /** @type {Map<string, {item: HTMLElement, count: HTMLElement}>} */
    this.states = new Map()
    this.root = el('details', { class: 'outline' }, el('summary', { text: 'The same as a list' }), this.list(tree.roots))
  }

  /** @param {import('./tree.js').Node[]} nodes @returns {HTMLElement} */
  list(nodes) {
    return el('ul', { class: 'outline-states' }, ...nodes.map((node) => this.item(node)))
  }

  /** @param {import('./tree.js').Node} node @returns {HTMLElement} */
  item(node) {
    const { state } = node
    const kind = [kindWord(state.kind), node.isInitial ? 'first' : ''].filter(Boolean).join(', ')
    const count = el('span', { class: 'outline-count' })
    const item = el('li', { class: 'outline-state' },
      el('p', {}, el('bdi', { class: 'outline-name', text: node.name }), kind && el('span', { class: 'outline-kind', text: ` ${kind}` }), ' ', count),
      state.transitions.length > 0 && el('ul', { class: 'outline-rows' }, ...state.transitions.map((transition) =>
        el('li', {}, el('code', { text: wordsOf(transition, this.nodes) }), el('span', { class: 'outline-kind', text: ` line ${transition.line}` })))),
      node.children.length > 0 && this.list(node.children))
    if (state.id) this.states.set(state.id, { item, count })
    return item
  }

  /** @param {Record<string, number>} counts sessions by state; @param {boolean} isOne whether it is about one session */
  show(counts, isOne) {
    for (const [id, { item, count }] of this.states) {
      const number = counts[id] ?? 0
      item.classList.toggle('is-active', number > 0)
      if (isOne) setText(count, number ? 'the session is here' : '')
      else setText(count, number ? `${number} ${number === 1 ? 'session' : 'sessions'}` : '')
    }
  }
}
