// The playground: a site's page that shows what goes over the bus.

import { el } from '../shared/element.js'
import { isClock, listenToAll } from './listening.js'
import { SAMPLES } from './samples.js'
import { shown } from './shown.js'
import { bringWidget } from './widget.js'

const ROWS_MAX = 300
const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id))
const [state, form, address, options, problem, answers, events, filter, ticks, metadata] =
  ['state', 'command', 'address', 'options', 'options-problem', 'answers', 'events', 'filter', 'ticks', 'metadata'].map(find)

/**
 * @param {HTMLElement} list
 * @param {string} title
 * @param {number} time milliseconds since the Unix epoch
 * @param {unknown} value
 */
function addRow(list, title, time, value) {
  const text = shown(value)
  const head = [el('time', { text: new Date(time).toLocaleTimeString() }), ` ${title}`]
  const hasMore = text !== '{}' && text !== '[]'
  const row = el('li', {}, hasMore ? el('details', {}, el('summary', {}, ...head), el('pre', { text })) : el('span', {}, ...head))
  list.prepend(row)
  while (list.children.length > ROWS_MAX) list.lastElementChild?.remove()
  return row
}

/** @param {any} plugin */
function showCommands(plugin) {
  const chosen = address.value || 'WebChat.open'
  const groups = Object.entries(plugin.registry()).sort(([one], [other]) => one.localeCompare(other))
  address.replaceChildren(...groups.map(([name, { commands }]) => el('optgroup', { label: name },
    ...commands.toSorted().map((/** @type {string} */ command) => el('option', { text: `${name}.${command}` })))))
  address.value = chosen
  if (!address.value) address.selectedIndex = 0
  for (const control of [address, form.querySelector('button')]) control.disabled = false
}

function readOptions() {
  try {
    problem.textContent = ''
    options.removeAttribute('aria-invalid')
    return JSON.parse(options.value || '{}')
  } catch (error) {
    problem.textContent = `This is not JSON: ${error instanceof Error ? error.message : ''}`
    options.setAttribute('aria-invalid', 'true')
    options.focus()
    return undefined
  }
}

/** @param {any} plugin */
function send(plugin) {
  const given = readOptions()
  if (given === undefined) return
  const name = address.value
  const answered = (/** @type {string} */ outcome) => (/** @type {unknown[]} */ ...values) => {
    addRow(answers, `${name} ${outcome}`, Date.now(), values).dataset.outcome = outcome
  }
  plugin.command(name, given).done(answered('resolved')).fail(answered('rejected'))
}

/** @param {{event: string, time: number, data: unknown}} event */
function hear({ event, time, data }, /** @type {any} */ plugin) {
  const block = plugin.data('WebChat.metadata')
  if (block) metadata.textContent = shown(block)
  if (isClock(event) && !ticks.checked) return
  addRow(events, event, time, data).hidden = !passes(event)
}

const passes = (/** @type {string} */ text) => text.toLowerCase().includes(filter.value.toLowerCase())

async function start() {
  try {
    const frontdesk = await bringWidget()
    const plugin = frontdesk.bus.registerPlugin('Playground')
    plugin.ready()
    listenToAll(plugin, (event) => hear(event, plugin), () => showCommands(plugin))
    form.addEventListener('submit', (/** @type {Event} */ event) => {
      event.preventDefault()
      send(plugin)
    })
    state.textContent = `Frontdesk ${frontdesk.version} is here. Its bus is window.CXBus, its own global window.frontdesk.`
  } catch (error) {
    state.textContent = error instanceof Error ? error.message : 'The widget could not be loaded.'
  }
}

address.addEventListener('change', () => { options.value = JSON.stringify(SAMPLES[address.value] ?? {}, null, 2) })
filter.addEventListener('input', () => {
  for (const row of events.children) row.hidden = !passes(row.querySelector('summary, span').textContent)
})
find('clear').addEventListener('click', () => events.replaceChildren())
start()
