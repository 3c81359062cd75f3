// Which messages are not for the visitor's eyes: text that matches a filter of the page.

import { isObject } from './json'

const CO_BROWSE_TOKEN = /\{start:[0-9]{9}\}/

/** The filters that `value` means, one or a list; nothing when there is none, or one of them is no regular expression. */
export function readFilters(value: unknown): RegExp[] | undefined {
  const filters = [value].flat().map(readOne)
  const known = filters.filter((one) => one !== undefined)
  return known.length && known.length === filters.length ? known : undefined
}

/** A regular expression, also one of another frame, or one that was kept as `{source, flags}`. */
function readOne(value: unknown): RegExp | undefined {
  const isExpression = Object.prototype.toString.call(value) === '[object RegExp]'
  if (!isExpression && !isObject(value)) return undefined
  const { source, flags } = value as RegExp
  try {
    // A filter looks at one text at a time: with `g` or `y` it would remember where it was in the last one.
    return typeof source === 'string' ? new RegExp(source, `${flags ?? ''}`.replace(/[gy]/g, '')) : undefined
  } catch {
    return undefined
  }
}

/** Both, each filter once, the older first. */
export const mergedFilters = (filters: readonly RegExp[], more: readonly RegExp[]): RegExp[] => [
  ...new Map([...filters, ...more].map((one) => [`${one}`, one])).values(),
]

/** Whether `text` is to be kept from the visitor. */
export const hides = (filters: readonly RegExp[], text: string): boolean =>
  [CO_BROWSE_TOKEN, ...filters].some((one) => one.test(text))
