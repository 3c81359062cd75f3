// One call: its address, what it takes, what it gives.

import { el } from '../shared/element.js'
import { prose } from './prose.js'
import { schemaView, typeName } from './schema.js'

/**
 * @param {import('./main.js').Call} call
 * @param {any} api the whole description, for shared parts
 * @returns {HTMLElement}
 */
export function operationView({ id, method, path, operation }, api) {
  const parameters = (operation.parameters ?? []).map((/** @type {any} */ it) => shared(it, api))
  const body = shared(operation.requestBody, api)
  return el('section', { id, class: 'call' },
    el('h3', {}, el('a', { href: `#${id}`, class: 'call-title' }, el('span', { class: `method ${method}`, text: method }), el('code', { text: path }))),
    operation.summary && prose(operation.summary, 'call-summary'),
    operation.description && prose(operation.description, 'prose'),
    ...parametersView(parameters),
    ...(body ? bodyView('Body', body) : []),
    el('h4', { text: 'Answers' }),
    el('dl', { class: 'answers' }, ...Object.entries(operation.responses ?? {}).flatMap(([status, response]) => answerView(status, shared(response, api)))))
}

/** @param {any[]} parameters */
function parametersView(parameters) {
  if (!parameters.length) return []
  return [el('h4', { text: 'Parameters' }), el('dl', { class: 'members' }, ...parameters.flatMap((it) => [
    el('dt', {}, el('code', { text: it.name }), el('span', { class: 'where', text: it.in })),
    el('dd', {}, typeName(it.schema ?? {}), it.required && el('span', { class: 'required', text: 'required' }), it.description && prose(it.description))]))]
}

/**
 * @param {string} title
 * @param {any} body
 */
function bodyView(title, body) {
  const kinds = Object.entries(body.content ?? {})
  // The same shape under several media types is shown once.
  const shapes = new Map(kinds.map(([, { schema }]) => [JSON.stringify(schema), schema]))
  return [el('h4', {}, title, ...kinds.map(([kind]) => el('code', { class: 'media', text: kind }))), ...[...shapes.values()].filter(Boolean).map(schemaView)]
}

/**
 * @param {string} status
 * @param {any} response
 */
function answerView(status, response) {
  const kinds = Object.entries(response?.content ?? {})
  return [el('dt', { class: `status status-${status[0]}`, text: status }),
    el('dd', {}, prose(response?.description ?? ''), ...kinds.flatMap(([kind, { schema }]) => [el('code', { class: 'media', text: kind }), schema && schemaView(schema)]))]
}

/**
 * Follows a reference into `components`.
 * @param {any} part
 * @param {any} api
 * @returns {any}
 */
function shared(part, api) {
  if (!part?.$ref?.startsWith('#/')) return part
  return part.$ref.slice(2).split('/').reduce((/** @type {any} */ at, /** @type {string} */ key) => at?.[key], api)
}
