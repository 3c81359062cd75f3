// A chart in both its forms, picture and list.

import { el } from '../shared/element.js'
import { Outline } from './outline.js'
import { Picture } from './picture.js'
import { treeOf } from './tree.js'

export class ChartView {
  /** @param {import('./looks.js').Chart} chart @param {boolean} isOne whether it is about one session */
  constructor(chart, isOne) {
    const tree = treeOf(chart)
    this.isOne = isOne
    this.picture = new Picture(tree)
    this.outline = new Outline(tree)
    this.root = el('div', { class: 'chart' }, this.picture.root, this.outline.root)
  }

  /** @param {Record<string, number>} counts sessions by state */
  show(counts) {
    this.picture.show(counts, this.isOne)
    this.outline.show(counts, this.isOne)
  }
}
