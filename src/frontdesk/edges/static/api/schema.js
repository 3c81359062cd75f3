// JSON Schema as a list of members; references become links to the shape.

import { el } from '../shared/element.js'
import { prose } from './prose.js'

const LIMITS = { minLength: 'at least {} characters', maxLength: 'at most {} characters', minimum: 'from {}', maximum: 'up to {}', pattern: 'like {}', format: '{}', maxItems: 'at most {} items', maxProperties: 'at most {} keys' }

/**
 * @param {any} schema
 * @returns {HTMLElement}
 */
export function schemaView(schema) {
  const members = Object.entries(schema.properties ?? {})
  if (!members.length) return el('p', { class: 'type-line' }, typeName(schema), limitsOf(schema))
  const required = new Set(schema.required ?? [])
  return el('dl', { class: 'members' }, ...members.flatMap(([name, member]) => [
    el('dt', {}, el('code', { text: name })),
    el('dd', {}, typeName(member), required.has(name) && el('span', { class: 'required', text: 'required' }), limitsOf(member),
      member.description && prose(member.description),
      member.properties && schemaView(member))]))
}

/**
 * @param {any} schema
 * @returns {HTMLElement}
 */
export function typeName(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop()
    return el('a', { class: 'type', href: `#shape-${name}`, text: name })
  }
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices) return el('span', { class: 'type' }, ...joined(choices.map(typeName), schema.allOf ? ' and ' : ' or '))
  if (schema.enum) return el('span', { class: 'type', text: schema.enum.map((/** @type {unknown} */ it) => JSON.stringify(it)).join(' | ') })
  if (schema.const !== undefined) return el('span', { class: 'type', text: JSON.stringify(schema.const) })
  if (schema.type === 'array') return el('span', { class: 'type' }, 'list of ', typeName(schema.items ?? {}))
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') return el('span', { class: 'type' }, 'map to ', typeName(schema.additionalProperties))
  return el('span', { class: 'type', text: [schema.type ?? 'anything'].flat().join(' or ') })
}

/**
 * @param {Node[]} nodes
 * @param {string} between
 */
function joined(nodes, between) {
  return nodes.flatMap((node, at) => (at ? [between, node] : [node]))
}

/** @param {any} schema */
function limitsOf(schema) {
  const words = Object.entries(LIMITS).filter(([key]) => schema[key] !== undefined).map(([key, text]) => text.replace('{}', String(schema[key])))
  if (schema.default !== undefined && schema.default !== '') words.push(`default ${JSON.stringify(schema.default)}`)
  return words.length > 0 && el('span', { class: 'limits', text: words.join(', ') })
}
