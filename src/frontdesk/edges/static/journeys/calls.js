// What the pages ask the journey API for. Faults come with the field that they are about.

import { CallFailed } from '../agent/account.js'

const BASE = '/api/v2/journey'
const PAGE_SIZE = 200

/** @typedef {Record<string, any>} Thing something defined, as the API writes it */

export class Fault extends CallFailed {
  /**
   * @param {string} code
   * @param {string} text
   * @param {string} [field] as `journey.patterns[0].count`
   * @param {Thing} [current] what it is now, when somebody else was faster
   */
  constructor(code, text, field = '', current = undefined) {
    super(code, text)
    this.field = field
    this.current = current
  }
}

/**
 * @param {string} method
 * @param {string} path below the API
 * @param {any} [body]
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Response>}
 */
export async function send(method, path, body, headers = {}) {
  let response
  try {
    response = await fetch(BASE + path, {
      method, headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch {
    throw new Fault('offline', 'The server does not answer. Check your connection and try again.')
  }
  if (response.ok) return response
  const answer = await response.json().catch(() => ({}))
  if (response.status === 401) throw new Fault('not_signed_in', 'Your sign-in is over. Sign in again in another tab, then try again here.')
  if (response.status >= 500) throw new Fault('unavailable', 'The server has a problem. Try again in a moment.')
  if (response.status === 404 && !answer.code) throw new Fault('off', 'Journeys are switched off on this server. Its settings switch them on: [journeys] is_on.')
  throw new Fault(answer.code ?? String(response.status), answer.message ?? `The server refused this (${response.status}).`, answer.field, answer.current)
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @returns {Promise<any>}
 */
export async function call(method, path, body) {
  const response = await send(method, path, body)
  return response.status === 204 ? {} : response.json()
}

/** @param {string} path @param {Record<string, string|undefined>} [query] what is empty is left out */
export function look(path, query = {}) {
  const given = /** @type {[string, string][]} */ (Object.entries(query).filter(([, value]) => value))
  return call('GET', given.length ? `${path}?${new URLSearchParams(given)}` : path)
}

/**
 * Everything of one kind, however much there is.
 * @param {string} path
 * @param {Record<string, string|undefined>} [query]
 * @returns {Promise<Thing[]>}
 */
export async function every(path, query = {}) {
  const found = []
  for (let number = 1; ; number += 1) {
    const page = await look(path, { ...query, pageSize: String(PAGE_SIZE), pageNumber: String(number) })
    found.push(...page.entities)
    if (number >= page.pageCount) return found
  }
}

/** @param {string} id of something in an address */
export const one = (id) => encodeURIComponent(id)
