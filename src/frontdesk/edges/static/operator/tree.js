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
 * @param {number} [most] how many characters there is room for; the condition is the first to be cut
 */
export function wordsOf(transition, nodes, most = Infinity) {
  const targets = transition.targets.map((number) => nodes.get(number)?.name ?? '?').join(', ')
  const goes = ` → ${targets || '(stays)'}`
  let events = transition.events.join(' ') || '(at once)'
  let cond = transition.cond
  const room = most - events.length - goes.length - 3
  if (cond) cond = cut(cond, Math.max(4, room))
  events = cut(events, Math.max(10, most - goes.length - (cond ? cond.length + 3 : 0)))
  return cut(`${events}${cond ? ` [${cond}]` : ''}${goes}`, most)
}

/** @param {string} text @param {number} most */
export const cut = (text, most) => ([...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text)

/** @param {string} kind */
export const kindWord = (kind) => ({ parallel: 'parallel', final: 'end', history: 'history' })[kind] ?? ''
