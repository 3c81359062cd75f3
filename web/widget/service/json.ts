// JSON that others wrote: it may be anything.

import type { Json } from '../../shared/transport'

/** `value` if it is an object with named members, else an empty one. */
export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether `value` is text with something in it. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

/** The objects in `value`, if it is a list. */
export const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** What a text says, if it is JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What lies at the end of `path`. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce((it: unknown, step) => objectOf(it)[step], value)
}

/** `value` as text; nothing is no text. */
export const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : `${value}`

/** A finite number that somebody may have written as text. */
export function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === 'number' || (typeof value === 'string' && value.trim()) ? Number(value) : NaN
  return Number.isFinite(number) ? number : undefined
}
