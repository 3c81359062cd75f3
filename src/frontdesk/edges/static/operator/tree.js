// A chart as a tree of nodes, with what its transitions say; the picture and the list are made of it.

/** @typedef {import('./looks.js').State} State */
/** @typedef {import('./looks.js').Transition} Transition */

/**
 * @typedef {object} Node
 * @property {State} state
 * @property {string} name
 * @property {Node|null} parent
 * @property {Node[]} children
 * @property {boolean} isInitial
 */

/**
 * @param {import('./looks.js').Chart} chart
 * @returns {{roots: Node[], nodes: Map<number, Node>}}
 */
export function treeOf(chart) {
  /** @type {Map<number, Node>} */
  const nodes = new Map()
  /** @type {Node[]} */
  const roots = []
  for (const state of chart.states) {
    const parent = nodes.get(state.parent) ?? null
    const node = { state, name: state.id || `(${state.kind} at line ${state.line})`, parent, children: [], isInitial: false }
    nodes.set(state.number, node)
    ;(parent ? parent.children : roots).push(node)
  }
  for (const numbers of [chart.initial, ...chart.states.map((state) => state.initial)]) {
    for (const number of numbers) {
      const node = nodes.get(number)
      if (node && node.state.kind !== 'history') node.isInitial = true
    }
  }
  // What stands in a parallel state begins all at once, so that none of it is the first.
  for (const node of nodes.values()) if (node.parent?.state.kind === 'parallel') node.isInitial = false
  return { roots, nodes }
}

/**
 * What a transition waits for, in words: `queue.submit.done [ready] → served`.
 * @param {Transition} transition
 * @param {Map<number, Node>} nodes
 */
export function wordsOf(transition, nodes) {
  const events = transition.events.join(' ') || '(at once)'
  const cond = transition.cond ? ` [${transition.cond}]` : ''
  const targets = transition.targets.map((number) => nodes.get(number)?.name ?? '?').join(', ')
  return `${events}${cond} → ${targets || '(stays)'}`
}

/** @param {string} kind */
export const kindWord = (kind) => ({ parallel: 'parallel', final: 'end', history: 'history' })[kind] ?? ''
