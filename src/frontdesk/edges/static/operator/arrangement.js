// Where everything of a chart's picture stands: boxes in boxes, each transition a line of its box, arrows between.
//
// States of one level stand in columns, by how many transitions they are from the first one; after as many columns
// as make it fit a window best, the next ones stand below. Regions of a parallel state stand below each other.

import { cut, kindWord, wordsOf } from './tree.js'

/** @typedef {import('./tree.js').Node} Node */
/** @typedef {{text: string, whole: string, targets: Node[], y: number}} Row */
/** @typedef {{node: Node, x: number, y: number, width: number, height: number, header: number, rows: Row[], children: Box[]}} Box */
/** @typedef {{path: string, from: number, row: number}} Arrow */

const TITLE_CHAR = 8
const ROW_CHAR = 7.3
const ROW_HEIGHT = 18
const ROW_CHARS_MAX = 46
const TITLE_CHARS_MAX = 34
const TITLE_HEIGHT = 32
const PAD = 14
const COLUMN_GAP = 64
const ROW_GAP = 26
const REGION_GAP = 14
const BAND_GAP = 44
const ASPECT = 2.1 // Of the window that it is looked at in.
const ASPECT_INSIDE = 4 // States inside another one read best beside each other.

/**
 * @param {{roots: Node[], nodes: Map<number, Node>}} tree
 * @returns {{boxes: Box[], arrows: Arrow[], width: number, height: number}}
 */
export function arrange(tree) {
  const boxes = tree.roots.map((node) => sized(node, tree.nodes))
  const area = placed(boxes, tree.nodes, ASPECT)
  const all = flat(boxes)
  for (const box of boxes) move(box, PAD + COLUMN_GAP / 2, PAD)
  return { boxes: all, arrows: arrows(all), width: area.width + 2 * PAD + COLUMN_GAP, height: area.height + 2 * PAD + 10 }
}

/**
 * @param {Node} node
 * @param {Map<number, Node>} nodes
 * @returns {Box}
 */
function sized(node, nodes) {
  const rows = node.state.transitions.map((transition, index) => {
    const targets = transition.targets.flatMap((number) => nodes.get(number) ?? [])
    return { text: wordsOf(transition, nodes, ROW_CHARS_MAX), whole: wordsOf(transition, nodes), targets, y: TITLE_HEIGHT + index * ROW_HEIGHT + ROW_HEIGHT / 2 }
  })
  const kind = kindWord(node.state.kind)
  const title = cut(node.name, TITLE_CHARS_MAX).length * TITLE_CHAR + (kind ? kind.length * ROW_CHAR + 12 : 0) + 62
  const header = TITLE_HEIGHT + rows.length * ROW_HEIGHT + (rows.length ? 8 : 0)
  const width = Math.max(120, title, ...rows.map((row) => row.text.length * ROW_CHAR + 2 * PAD))
  const box = { node, x: 0, y: 0, width, height: header, header, rows, children: node.children.map((child) => sized(child, nodes)) }
  if (!box.children.length) return box
  const inside = node.state.kind === 'parallel' ? stacked(box.children) : placed(box.children, nodes, ASPECT_INSIDE)
  for (const child of box.children) move(child, PAD + 10, header + 4)
  box.width = Math.max(width, inside.width + 2 * PAD + 20)
  box.height = header + inside.height + PAD + 4
  if (node.state.kind === 'parallel') for (const child of box.children) child.width = box.width - 2 * PAD - 20
  return box
}

/** @param {Box[]} boxes regions, below each other */
function stacked(boxes) {
  let [y, width] = [0, 0]
  for (const box of boxes) {
    move(box, 0, y)
    y += box.height + REGION_GAP
    width = Math.max(width, box.width)
  }
  return { width, height: Math.max(0, y - REGION_GAP) }
}

/**
 * @param {Box[]} boxes siblings, in columns
 * @param {Map<number, Node>} nodes
 * @param {number} aspect how many times as wide as high they should be together
 */
function placed(boxes, nodes, aspect) {
  if (!boxes.length) return { width: 0, height: 0 }
  const all = columns(boxes, nodes).map((column) => ({
    column, width: Math.max(...column.map((box) => box.width)), height: column.reduce((sum, box) => sum + box.height + ROW_GAP, -ROW_GAP),
  }))
  const need = ({ width = 0, height = 0 }) => Math.max(width / aspect, height)
  const best = all.map((_, index) => bands(all, index + 1)).reduce((one, other) => (need(other) < need(one) ? other : one))
  for (const { column, x, y } of best.places) {
    let top = y
    for (const box of column) {
      move(box, x, top)
      top += box.height + ROW_GAP
    }
  }
  return best
}

/**
 * Where columns stand when there are at most `most` of them beside each other.
 * @param {{column: Box[], width: number, height: number}[]} all
 * @param {number} most
 */
function bands(all, most) {
  const places = []
  let [y, width] = [0, 0]
  for (let begin = 0; begin < all.length; begin += most) {
    const band = all.slice(begin, begin + most)
    let x = 0
    for (const one of band) {
      places.push({ column: one.column, x, y })
      x += one.width + COLUMN_GAP
    }
    width = Math.max(width, x - COLUMN_GAP)
    y += Math.max(...band.map((one) => one.height)) + BAND_GAP
  }
  return { places, width, height: y - BAND_GAP }
}

/**
 * @param {Box[]} boxes siblings
 * @param {Map<number, Node>} nodes
 * @returns {Box[][]} the columns, from the first states on; in each, those near each other that are near before
 */
function columns(boxes, nodes) {
  const own = new Map(boxes.map((box) => [box.node, box]))
  /** @param {Node|null} node the sibling that it is, or is in */
  const siblingOf = (node) => {
    while (node && !own.has(node)) node = node.parent
    return node ? own.get(node) : undefined
  }
  /** @type {Map<Box, Set<Box>>} */
  const after = new Map(boxes.map((box) => [box, new Set()]))
  for (const node of nodes.values()) {
    const from = siblingOf(node)
    for (const { targets } of from ? node.state.transitions : []) {
      for (const target of targets) {
        const to = siblingOf(nodes.get(target) ?? null)
        if (from && to && to !== from) after.get(from)?.add(to)
      }
    }
  }
  /** @type {Map<Box, number>} */
  const rank = new Map()
  const first = [...boxes.filter((box) => box.node.isInitial), ...boxes]
  for (const beginning of first) {
    if (rank.has(beginning)) continue
    let [front, depth] = [[beginning], 0]
    rank.set(beginning, 0)
    while (front.length) {
      depth += 1
      /** @type {Box[]} */
      const next = []
      for (const box of front) for (const to of after.get(box) ?? []) if (!rank.has(to)) { rank.set(to, depth); next.push(to) }
      front = next
    }
  }
  /** @type {Box[][]} */
  const found = []
  for (const box of boxes) (found[rank.get(box) ?? 0] ??= []).push(box)
  const ordered = found.filter(Boolean)
  for (let number = 1; number < ordered.length; number += 1) {
    const place = new Map(ordered[number - 1].map((box, index) => [box, index]))
    const weight = (/** @type {Box} */ box) => {
      const places = [...place].filter(([before]) => after.get(before)?.has(box)).map(([, index]) => index)
      return places.length ? places.reduce((sum, index) => sum + index, 0) / places.length : place.size
    }
    ordered[number] = ordered[number].map((box, index) => ({ box, index, at: weight(box) }))
      .sort((a, b) => a.at - b.at || a.index - b.index).map(({ box }) => box)
  }
  return ordered
}

/** @param {Box} box @param {number} x @param {number} y */
function move(box, x, y) {
  box.x += x
  box.y += y
  for (const child of box.children) move(child, x, y)
}

/** @param {Box[]} boxes @returns {Box[]} outer ones first */
const flat = (boxes) => boxes.flatMap((box) => [box, ...flat(box.children)])

/** @param {Box[]} all @returns {Arrow[]} */
function arrows(all) {
  const own = new Map(all.map((box) => [box.node, box]))
  return all.flatMap((box) => box.rows.flatMap((row, index) => row.targets.flatMap((target) => {
    const to = own.get(target)
    return to ? [{ path: way(box, row.y, to), from: box.node.state.number, row: index }] : []
  })))
}

/**
 * @param {Box} from
 * @param {number} rowY
 * @param {Box} to
 */
function way(from, rowY, to) {
  const [left, right, y] = [from.x, from.x + from.width, from.y + rowY]
  const [toLeft, toRight] = [to.x, to.x + to.width]
  const toY = to.y + TITLE_HEIGHT / 2
  const isInside = toLeft > left && toRight < right && to.y > from.y && to.y < from.y + from.height
  if (isInside) return `M${left + 7} ${y + 4} C${left + 7} ${toY} ${left + 7} ${toY} ${toLeft} ${toY}`
  if (toLeft >= right) {
    const bend = Math.max(28, (toLeft - right) / 2)
    return `M${right} ${y} C${right + bend} ${y} ${toLeft - bend} ${toY} ${toLeft} ${toY}`
  }
  if (toRight <= left) {
    const bend = Math.max(28, (left - toRight) / 2)
    return `M${left} ${y} C${left - bend} ${y} ${toRight + bend} ${toY} ${toRight} ${toY}`
  }
  const bow = Math.max(right, toRight) + 34
  return `M${right} ${y} C${bow} ${y} ${bow} ${toY} ${toRight} ${toY}`
}
