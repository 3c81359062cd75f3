// What events say besides where they happened: names, attributes, traits.
//
// Source: journey, sections 2.3, 3.3 and 3.6.

import type { Attribute, Attributes, Given, TraitMapping } from './types'

const VALUE_CHARS_MAX = 512
const TYPES = /^(integer|number|string|boolean)$/

/** The name of an event as the server takes it; sites do send others. */
export const eventNameOf = (name: unknown): string => `${name ?? ''}`.replace(/[-:. ]/g, '_')

/** A value with its type; `{dataType, value}` says itself which. */
function typed(given: unknown): Attribute | undefined {
  const isPlain = typeof given !== 'object'
  const { dataType, value } = (isPlain ? { value: given } : (given ?? {})) as Record<string, unknown>
  const type = dataType ?? (Number.isInteger(value) ? 'integer' : typeof value)
  if (!TYPES.test(`${type}`) || !TYPES.test(typeof value)) return undefined
  return { dataType: `${type}`, value: `${value}`.slice(0, VALUE_CHARS_MAX) }
}

/** What the page gives, with types; what has none of ours is left out. The server sees to the limits. */
export function attributesOf(given: Given = {}): Attributes {
  const all = Object.entries(given).map(([name, value]) => [name, typed(value)])
  return Object.fromEntries(all.filter(([, value]) => value)) as Attributes
}

/** The attributes that say something about the person. */
export function traitsOf(attributes: Attributes, mappings: readonly TraitMapping[]): Attributes {
  const traits: Record<string, Attribute> = {}
  for (const { fieldName, traitName } of mappings) {
    const value = attributes[fieldName]
    if (value) traits[traitName ?? fieldName] = value
  }
  return traits
}
