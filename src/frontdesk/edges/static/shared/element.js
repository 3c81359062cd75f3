// Makes DOM nodes. Text is always set as text; there is no way here to set markup.

/**
 * An element with properties and children.
 * Keys of `props`: `class`, `text`, `on` (event name → listener), `data` (dataset), a name starting with
 * `aria-` or one that the element has no property for becomes an attribute; the rest are properties.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {any}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue
    if (name === 'class') node.className = value
    else if (name === 'text') node.textContent = value
    else if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, /** @type {any} */ (listener))
    else if (name === 'data') Object.assign(node.dataset, value)
    else if (name.startsWith('aria-') || !(name in node)) node.setAttribute(name, String(value))
    else /** @type {any} */ (node)[name] = value
  }
  for (const child of children) if (child) node.append(child)
  return node
}

/**
 * A name or sentence written by a person, kept from turning the direction of the text around it.
 * @param {string} text
 * @param {string} [className]
 */
export function isolated(text, className) {
  return el('bdi', { class: className, text })
}

/**
 * Sets text only when it differs, so that screen readers are not told again.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * Makes the children of `parent` the nodes of `items`, in order, keeping the nodes that are already there.
 * A node is made by `make` and brought up to date by `update`; one that is in place is not moved.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => HTMLElement} make
 * @param {(node: HTMLElement, item: T) => void} update
 */
export function keyed(parent, items, keyOf, make, update) {
  const old = new Map([...parent.children].map((node) => [/** @type {HTMLElement} */ (node).dataset.key, node]))
  const wanted = new Set(items.map(keyOf))
  for (const [key, node] of old) if (!wanted.has(String(key))) node.remove()
  let next = parent.firstElementChild
  for (const item of items) {
    const key = keyOf(item)
    let node = /** @type {HTMLElement|undefined} */ (old.get(key))
    if (!node) {
      node = make(item)
      node.dataset.key = key
    }
    if (node === next) next = next.nextElementSibling
    else parent.insertBefore(node, next)
    update(node, item)
  }
}
