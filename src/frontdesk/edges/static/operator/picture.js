// A chart's picture: boxes and arrows that can be moved and made larger, and the sessions in them.
//
// It is drawn once; afterwards only the counts change. Who does not see it has the same as a list (outline.js).

import { el } from '../shared/element.js'
import { arrange } from './arrangement.js'
import { cut, kindWord } from './tree.js'

const SVG = 'http://www.w3.org/2000/svg'
const SCALE_MIN = 0.08
const SCALE_MAX = 3
const READABLE = 0.62 // Smaller than this nobody reads it; then it begins with a part.
const STEP = 60

/**
 * @param {string} tag
 * @param {Record<string, string|number>} [attributes]
 * @param {...(Node|string)} children
 * @returns {SVGElement}
 */
function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value))
  node.append(...children)
  return node
}

export class Picture {
  /** @param {ReturnType<typeof import('./tree.js').treeOf>} tree */
  constructor(tree) {
    const { boxes, arrows, width, height } = arrange(tree)
    this.size = { width, height }
    this.at = { x: 0, y: 0, scale: 1 }
    this.isMoved = false
    /** @type {Map<string, {group: SVGElement, badge: SVGElement, count: SVGElement, box: import('./arrangement.js').Box}>} */
    this.states = new Map()
    this.middle = { x: 0, y: 0 }
    const lines = new Map(arrows.map((arrow) => [arrow, svg('path', { class: 'arrow', d: arrow.path, 'marker-end': 'url(#arrow-head)' })]))
    this.stage = svg('g', {},
      ...boxes.filter((box) => box.children.length).map((box) => this.draw(box, arrows, lines)),
      svg('g', {}, ...lines.values()),
      ...boxes.filter((box) => !box.children.length).map((box) => this.draw(box, arrows, lines)))
    this.canvas = svg('svg', { class: 'picture-canvas', 'aria-hidden': 'true', focusable: 'false' },
      svg('defs', {}, svg('marker', { id: 'arrow-head', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto-start-reverse', markerUnits: 'userSpaceOnUse' },
        svg('path', { class: 'arrow-head', d: 'M0 0 L8 4 L0 8 z' }))),
      this.stage)
    this.frame = el('div', { class: 'picture-frame', tabIndex: 0, role: 'group', 'aria-label': 'Picture of the chart. Arrow keys move it, plus and minus change its size, 0 shows all of it. The same is in the list below.' })
    this.frame.append(this.canvas)
    const tool = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ act) =>
      el('button', { type: 'button', class: 'button small', text, 'aria-label': label, title: label, on: { click: act } })
    this.root = el('div', { class: 'picture' }, this.frame,
      el('div', { class: 'picture-tools' }, tool('+', 'Larger', () => this.zoom(1.25)), tool('−', 'Smaller', () => this.zoom(0.8)), tool('Fit', 'Show all of it', () => this.showAll())))
    this.listen()
  }

  /**
   * @param {import('./arrangement.js').Box} box
   * @param {import('./arrangement.js').Arrow[]} arrows
   * @param {Map<import('./arrangement.js').Arrow, SVGElement>} lines
   */
  draw(box, arrows, lines) {
    const { node, x, y, width, height } = box
    const { kind, id, number } = node.state
    const group = svg('g', { class: `state is-${kind}${box.children.length ? ' is-around' : ''}`, transform: `translate(${x} ${y})` },
      svg('rect', { class: 'state-box', width, height, rx: kind === 'final' ? 18 : 9 }))
    if (kind === 'final') group.append(svg('rect', { class: 'state-inner', x: 3.5, y: 3.5, width: width - 7, height: height - 7, rx: 15 }))
    if (node.isInitial) group.append(svg('path', { class: 'first', d: 'M-16 16 h14', 'marker-end': 'url(#arrow-head)' }), svg('circle', { class: 'first-dot', cx: -19, cy: 16, r: 4 }))
    const name = svg('text', { class: 'state-name', x: 14, y: 21 }, cut(node.name, 34))
    const word = kindWord(kind)
    if (word) name.append(svg('tspan', { class: 'state-kind', dx: 8 }, word))
    group.append(svg('title', {}, node.name), name)
    box.rows.forEach((row, index) => {
      const line = svg('g', { class: 'row' }, svg('rect', { class: 'row-back', x: 4, y: row.y - 9, width: width - 8, height: 18, rx: 4 }),
        svg('text', { class: 'row-text', x: 14, y: row.y + 4 }, row.text), svg('title', {}, row.whole))
      const own = arrows.filter((arrow) => arrow.from === number && arrow.row === index)
      const light = (/** @type {boolean} */ isLit) => { for (const arrow of own) lines.get(arrow)?.classList.toggle('is-lit', isLit) }
      line.addEventListener('pointerenter', () => light(true))
      line.addEventListener('pointerleave', () => light(false))
      group.append(line)
    })
    const count = svg('text', { class: 'badge-text', x: width - 22, y: 20.5 })
    const badge = svg('g', { class: 'badge' }, svg('rect', { class: 'badge-back', x: width - 38, y: 6, width: 32, height: 20, rx: 10 }), count)
    group.append(badge)
    if (id) this.states.set(id, { group, badge, count, box })
    return group
  }

  /** @param {Record<string, number>} counts sessions by state; @param {boolean} isOne whether it is about one session */
  show(counts, isOne) {
    for (const [id, { group, badge, count, box }] of this.states) {
      const number = counts[id] ?? 0
      if (number && isOne && !box.children.length) this.middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
      group.classList.toggle('is-active', number > 0)
      badge.classList.toggle('is-shown', number > 0 && !isOne)
      const text = number > 999 ? `${Math.floor(number / 1000)}k` : String(number)
      if (count.textContent !== text) count.textContent = text
    }
    if (!this.isMoved) this.begin()
  }

  // --- moving -----------------------------------------------------------------------------------

  listen() {
    const { frame } = this
    new ResizeObserver(() => { if (!this.isMoved) this.begin() }).observe(frame)
    frame.addEventListener('wheel', (/** @type {WheelEvent} */ event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== frame) return // The page scrolls, until the picture is meant.
      event.preventDefault()
      const area = frame.getBoundingClientRect()
      this.zoom(Math.exp(-event.deltaY / 400), event.clientX - area.left, event.clientY - area.top)
    }, { passive: false })
    frame.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0) return
      let [x, y] = [event.clientX, event.clientY]
      frame.setPointerCapture(event.pointerId)
      const drag = (/** @type {PointerEvent} */ moved) => {
        this.shift(moved.clientX - x, moved.clientY - y)
        x = moved.clientX
        y = moved.clientY
      }
      frame.addEventListener('pointermove', drag)
      for (const over of ['pointerup', 'pointercancel']) frame.addEventListener(over, () => frame.removeEventListener('pointermove', drag), { once: true })
    })
    frame.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      /** @type {Record<string, () => void>} */
      const acts = {
        ArrowLeft: () => this.shift(STEP, 0), ArrowRight: () => this.shift(-STEP, 0), ArrowUp: () => this.shift(0, STEP), ArrowDown: () => this.shift(0, -STEP),
        '+': () => this.zoom(1.25), '=': () => this.zoom(1.25), '-': () => this.zoom(0.8), 0: () => this.showAll(),
      }
      const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : acts[event.key]
      if (!act) return
      event.preventDefault()
      act()
    })
  }

  /** @param {number} x @param {number} y */
  shift(x, y) {
    this.isMoved = true
    this.put(this.at.x + x, this.at.y + y, this.at.scale)
  }

  /** @param {number} by @param {number} [x] what stays where it is @param {number} [y] */
  zoom(by, x = this.frame.clientWidth / 2, y = this.frame.clientHeight / 2) {
    this.isMoved = true
    const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, this.at.scale * by))
    const ratio = scale / this.at.scale
    this.put(x - (x - this.at.x) * ratio, y - (y - this.at.y) * ratio, scale)
  }

  /** Show all of it if it can be read then, else what matters: where the session is, or the beginning. */
  begin() {
    const { clientWidth, clientHeight } = this.frame
    if (this.whole >= READABLE) return this.fit()
    const { width, height } = this.size
    const at = (/** @type {number} */ middle, /** @type {number} */ room, /** @type {number} */ most) =>
      Math.min(0, Math.max(room - most * READABLE, room / 2 - middle * READABLE))
    this.put(at(this.middle.x, clientWidth, width), at(this.middle.y, clientHeight, height), READABLE)
  }

  /** Show all of it because somebody wants that. */
  showAll() {
    this.isMoved = true
    this.fit()
  }

  /** The scale at which all of it is seen. */
  get whole() {
    return Math.min(1, this.frame.clientWidth / this.size.width, this.frame.clientHeight / this.size.height)
  }

  /** Show all of it, as large as it is meant to be at the most. */
  fit() {
    const { clientWidth, clientHeight } = this.frame
    if (!clientWidth) return
    const scale = this.whole
    this.put((clientWidth - this.size.width * scale) / 2, Math.max(0, (clientHeight - this.size.height * scale) / 2), scale)
  }

  /** @param {number} x @param {number} y @param {number} scale */
  put(x, y, scale) {
    this.at = { x, y, scale }
    this.stage.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`)
  }
}
