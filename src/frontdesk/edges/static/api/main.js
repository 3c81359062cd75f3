// The readable API page: fetches the server's own description and lays it out.

import { el } from '../shared/element.js'
import { operationView } from './operation.js'
import { prose } from './prose.js'
import { schemaView } from './schema.js'

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'options', 'head']
const root = /** @type {HTMLElement} */ (document.getElementById('reference'))

/** @typedef {{id: string, method: string, path: string, operation: any}} Call */

async function start() {
  try {
    const response = await fetch('/api/openapi.json')
    if (!response.ok) throw new Error(`The server answered ${response.status}.`)
    show(await response.json())
  } catch (error) {
    root.replaceChildren(el('div', { class: 'loading' },
      el('p', { role: 'alert', text: `The description could not be read. ${error instanceof Error ? error.message : ''}` }),
      el('button', { type: 'button', class: 'button', text: 'Try again', on: { click: start } })))
  }
}

/** @param {any} api an OpenAPI description */
function show(api) {
  const groups = Map.groupBy ? Map.groupBy(callsOf(api), groupOf) : grouped(callsOf(api))
  const schemas = Object.entries(api.components?.schemas ?? {})
  root.replaceChildren(
    el('nav', { class: 'contents', 'aria-label': 'Contents' },
      el('a', { class: 'contents-home', href: '/', text: 'Frontdesk' }),
      ...[...groups].flatMap(([title, calls]) => [el('h2', { text: title }), el('ul', {}, ...calls.map((call) =>
        el('li', {}, el('a', { href: `#${call.id}` }, el('span', { class: `method ${call.method}`, text: call.method }), el('span', { text: shortPath(call.path) })))))]),
      schemas.length > 0 && el('h2', { text: 'Shapes' }),
      el('ul', {}, ...schemas.map(([name]) => el('li', {}, el('a', { href: `#shape-${name}`, text: name }))))),
    el('main', { id: 'content', tabIndex: -1 },
      el('header', { class: 'intro' }, el('h1', { text: `${api.info?.title ?? 'API'} API` }),
        prose(api.info?.description ?? ''),
        el('p', { class: 'intro-facts' }, `Version ${api.info?.version ?? '?'} · `, el('a', { href: '/api/openapi.json', text: 'openapi.json' }))),
      ...[...groups].flatMap(([title, calls]) => [el('h2', { class: 'group-title', text: title }), ...calls.map((call) => operationView(call, api))]),
      schemas.length > 0 && el('h2', { class: 'group-title', text: 'Shapes' }),
      ...schemas.map(([name, schema]) => el('section', { id: `shape-${name}`, class: 'shape' },
        el('h3', { text: name }), schema.description && prose(schema.description, 'prose'), schemaView(schema)))))
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView()
}

/**
 * @param {any} api
 * @returns {Call[]}
 */
function callsOf(api) {
  return Object.entries(api.paths ?? {}).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({
    id: `${method}-${path.replaceAll(/[^A-Za-z0-9]+/gu, '-').replaceAll(/^-|-$/gu, '')}`, method, path, operation: item[method] })))
}

/** @param {Call} call */
function groupOf(call) {
  if (call.operation.tags?.[0]) return call.operation.tags[0]
  if (call.path.includes('/chat')) return 'Visitors: Chat API version 2'
  return call.path.includes('/workspace') ? 'Agents and bots' : 'Operation'
}

/** @param {Call[]} calls */
function grouped(calls) {
  /** @type {Map<string, Call[]>} */
  const groups = new Map()
  for (const call of calls) groups.set(groupOf(call), [...groups.get(groupOf(call)) ?? [], call])
  return groups
}

/** The end of a path is what tells calls apart. @param {string} path */
function shortPath(path) {
  return path.replace(/^.*\{serviceName\}(\/\{chatId\})?/u, '…').replace('/api/workspace', '…')
}

start()
