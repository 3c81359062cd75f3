// Whether a page meets the conditions of an action map.
//
// Source: journey, section 6.6, with the operators of 6.3.

import type { UrlCondition } from '../../types'

/** An address, or a part of one, as it is compared. */
const plain = (text: string) => text.normalize('NFC').toLowerCase()
const whole = (text: string) => plain(text).replace(/\/$/, '')

const glob = (pattern: string) =>
  new RegExp(
    `^${pattern.replace(/[\\^$.|?+()[\]{}]/g, '\\$&').replace(/\*\*?/g, (stars) => (stars[1] ? '.*' : '[^/]*'))}$`,
    'i',
  )

/** Whether the page meets all conditions; `address` has been cleaned. */
export function meets(address: string, conditions: readonly UrlCondition[] = []): boolean {
  const url = plain(address)
  const tests: Record<string, (values: readonly string[]) => boolean> = {
    equal: (values) => values.some((value) => whole(value) === whole(address)),
    containsAny: (values) => values.some((value) => url.includes(plain(value))),
    containsAll: (values) => values.every((value) => url.includes(plain(value))),
    startsWith: (values) => values.some((value) => url.startsWith(plain(value))),
    endsWith: (values) => values.some((value) => url.endsWith(plain(value))),
    glob: (values) => values.some((value) => glob(value).test(address)),
  }
  return conditions.every(({ operator, values }) => {
    const name = operator.replace(/^not(.)/, (_, first: string) => first.toLowerCase())
    return tests[name]?.(values) === (name === operator)
  })
}
