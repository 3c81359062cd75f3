// How version 3 is configured and started: webchat-service, sections 2.2 and 3.1.

import type { Json, StartRequest } from '../../../shared/transport'
import { isObject, objectOf, textOf } from '../json'
import { numbers, type Options } from '../options'
import type { Known } from '../protocol'

/** Options that only this protocol has. */
export interface V3Options extends Options {
  /** What goes along with a start, beside the visitor's own words. */
  readonly labels: Json
  /** The pause after a poll that failed is so many times the one before. */
  readonly slowdown: number
}

const POLL_MS = 3000
const POLL_LEAST_MS = 100
const AJAX_TIMEOUT_MS = 9000
const PAGE_LEAST = 16 // Shorter pages hold an image back.

/** The options as this protocol has them: those of the connection are under `transport`. */
export function refine(options: Options, config: object): V3Options {
  const given = config as Record<string, unknown>
  const transport = objectOf(given['transport'])
  const number = numbers(transport)
  const everyMs = number('pollTimeout', POLL_MS, POLL_LEAST_MS)
  const { stream, clientType } = transport
  return {
    ...options,
    headers: Object.fromEntries(
      Object.entries(objectOf(transport['headers'])).map(([name, value]) => [name, textOf(value)]),
    ),
    ajaxTimeoutMs: numbers(given)('ajaxTimeout', AJAX_TIMEOUT_MS),
    sleeps: transport['sleepEnabled'] === true,
    cadence: { ...options.cadence, fastestMs: everyMs, slowestMs: everyMs, factor: 1 },
    asynchronous: { ...options.asynchronous, pageEvents: number('maxMessagePageSize', 20, PAGE_LEAST, 1000) },
    labels: { ...(stream !== undefined && { stream }), ...(clientType !== undefined && { clientType }) },
    slowdown: number('pollIntervalMultiplier', 1.2, 1, 10),
  }
}

/** What is asked for when a chat begins: who the visitor is stands under `form`, and the page's own data wins. */
export function startRequest({ form }: Json, known: Known): StartRequest {
  const fields = objectOf(form)
  const text = (name: string) => textOf(fields[name])
  const { configured, kept, given, page, language } = known
  const userData = [configured, kept, page, given].reduce(merged, { GCTI_LanguageCode: language })
  return {
    nickname: text('nickname') || text('firstname'),
    firstName: text('firstname'),
    lastName: text('lastname'),
    email: text('email'),
    subject: text('subject'),
    userData: { ...userData, ...('phone' in userData && { PhoneNumber: userData['phone'] }) },
  }
}

/** Both, to the depth; `later` wins. */
function merged(earlier: Json, later: Json): Json {
  const both = Object.entries(later).map(([name, value]) => {
    const before = earlier[name]
    return [name, isObject(before) && isObject(value) ? merged(before, value) : value]
  })
  return { ...earlier, ...Object.fromEntries(both) }
}
