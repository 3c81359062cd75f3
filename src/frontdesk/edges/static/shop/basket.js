// The basket of the demo shop. Nothing is ever sold.

import { el, keyed, setText } from '../shared/element.js'
import { keep, read } from '../shared/kept.js'
import { toast } from '../shared/toast.js'

const NAME = 'frontdesk.shop.basket'
const money = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'EUR' })

export class Basket {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange
    /** @type {Record<string, number>} product → how many */
    this.counts = read(localStorage, NAME, {})
    /** @type {Map<string, number>} product → price in euro, as the page says */
    this.prices = new Map()
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-product]'))) {
      const name = String(card.dataset.product)
      this.prices.set(name, Number(card.dataset.price))
      card.querySelector('button')?.addEventListener('click', () => this.add(name))
    }
    this.items = el('ul', { class: 'basket-items' })
    this.total = el('p', { class: 'basket-total' })
    this.dialog = el('dialog', { class: 'dialog', 'aria-labelledby': 'basket-title' },
      el('h2', { id: 'basket-title', text: 'Your basket' }), this.items, this.total,
      el('p', { class: 'field-hint', text: 'This is a demonstration: nothing is sold here, and no plant is harmed.' }),
      el('form', { method: 'dialog', class: 'dialog-buttons' }, el('button', { class: 'button primary', text: 'Keep looking' })))
    document.body.append(this.dialog)
    this.button = /** @type {HTMLElement} */ (document.getElementById('basket'))
    this.button.addEventListener('click', () => this.dialog.showModal())
    this.show()
  }

  /** @returns {[string, number][]} what is in it and still sold */
  get content() {
    return Object.entries(this.counts).filter(([name, count]) => count > 0 && this.prices.has(name))
  }

  /** What an agent is told of it. @returns {Record<string, string>} */
  get userData() {
    return { basket: this.content.map(([name, count]) => `${count} × ${name}`).join(', ') || 'empty' }
  }

  /** @param {string} name */
  add(name) {
    this.set(name, (this.counts[name] ?? 0) + 1)
    toast(`${name} is in your basket.`, { label: 'Undo', act: () => this.set(name, this.counts[name] - 1) })
  }

  /**
   * @param {string} name
   * @param {number} count
   */
  set(name, count) {
    this.counts[name] = Math.max(0, count)
    keep(localStorage, NAME, this.counts)
    this.show()
    this.onChange()
  }

  show() {
    const { content } = this
    const count = content.reduce((sum, [, some]) => sum + some, 0)
    setText(/** @type {Element} */ (this.button.querySelector('.basket-count')), String(count))
    this.button.setAttribute('aria-label', `Basket, ${count} ${count === 1 ? 'thing' : 'things'}`)
    keyed(this.items, content, ([name]) => name, ([name]) => el('li', {}, el('span', { text: name }), el('span', { class: 'basket-price' }),
      el('button', { type: 'button', class: 'button small quiet', text: 'Remove', 'aria-label': `Remove ${name}`, on: { click: () => this.set(name, 0) } })),
    (node, [name, some]) => setText(/** @type {Element} */ (node.querySelector('.basket-price')), `${some} × ${money.format(this.prices.get(name) ?? 0)}`))
    const sum = content.reduce((total, [name, some]) => total + some * (this.prices.get(name) ?? 0), 0)
    setText(this.total, content.length ? `Together ${money.format(sum)}` : 'Nothing in it yet.')
  }
}
