// The page that writes the tag of a site: whatever is chosen, the texts follow at once.

import { el } from '../shared/element.js'
import { toast } from '../shared/toast.js'
import { piecesOf } from './pieces.js'
import { wishesFrom } from './wishes.js'

const form = /** @type {HTMLFormElement} */ (document.getElementById('wishes'))
const results = /** @type {HTMLElement} */ (document.getElementById('results'))
/** @type {string|undefined} */
let integrity

/** Put the choice of the address into the form. */
function recall() {
  const given = new URLSearchParams(location.search)
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue
    if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = given.get(field.name) === 'on'
    else if (given.has(field.name)) field.value = given.get(field.name) ?? ''
  }
}

function show() {
  const data = new FormData(form)
  const query = new URLSearchParams([...data].map(([name, value]) => [name, String(value)]))
  history.replaceState(null, '', `?${query}`)
  const wishes = wishesFrom(data)
  if (!wishes.service) {
    results.replaceChildren(el('p', { class: 'card', text: 'Name the service, and here is what goes into your page.' }))
    return
  }
  const pieces = piecesOf(wishes, location.origin, wishes.isPinned ? integrity : undefined)
  results.replaceChildren(...pieces.map(card), tryIt(query))
}

/** @param {import('./pieces.js').Piece} piece */
function card({ title, about, text }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      toast(`${title}: copied.`)
    } catch {
      // A page without https may not copy: the text is selected instead.
      getSelection()?.selectAllChildren(code)
      toast(`${title}: selected. Copy it with your keyboard.`)
    }
  }
  const code = el('pre', { tabIndex: 0, 'aria-label': title, role: 'region', text })
  return el('div', { class: 'card piece' },
    el('div', { class: 'piece-top' }, el('h2', { text: title }),
      el('button', { type: 'button', class: 'button small', 'aria-label': `Copy: ${title}`, text: 'Copy', on: { click: copy } })),
    el('p', { text: about }), code)
}

/** @param {URLSearchParams} query */
function tryIt(query) {
  return el('p', {}, el('a', { class: 'button primary', href: `/widget/playground/?${query}`, text: 'Try it in the playground' }))
}

async function readIntegrity() {
  const response = await fetch('/widget/build.json')
  if (response.ok) integrity = (await response.json()).integrity
}

recall()
show()
form.addEventListener('input', show)
form.addEventListener('submit', (event) => event.preventDefault())
readIntegrity().then(show, () => toast('The hash of the script could not be read.'))
