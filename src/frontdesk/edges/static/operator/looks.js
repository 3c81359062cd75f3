// What the page asks the server for; it changes nothing there.

import { CallFailed } from '../agent/account.js'

/** @typedef {{events: string[], cond: string, targets: number[], line: number}} Transition */
/** @typedef {{number: number, id: string, kind: string, parent: number, line: number, initial: number[], transitions: Transition[]}} State */
/** @typedef {{file: string, name: string, initial: number[], states: State[]}} Chart */
/** @typedef {{version: string, uploaded_ms: number, by: string}} Version */
/** @typedef {{name: string, active: string, activated_ms: number, versions: Version[], open: number}} Application */
/** @typedef {{session_id: string, application: string, version: string, life: string, created_ms: number, active: string[], interactions: string[]}} Row */
/** @typedef {{open: number, uncounted: number, states: Record<string, number>, versions: Record<string, number>, rows: Row[], now_ms: number}} Crowd */
/** @typedef {{id: string, name: string, about: string, asked_ms: number, until_ms: number, attributes: string}} Asked */
/** @typedef {{event: string, sendid: string, target: string, due_ms: number}} Delayed */
/** @typedef {{number: number, at_ms: number, events: {name: string, data: string}[], left: string[], entered: string[], active: string[], outputs: string[]}} Passage */
/** @typedef {{interaction_id: string, phase: string, service: string, queue: string, user_data: Record<string, string>}} Owned */
/** @typedef {{session_id: string, application: string, version: string, file: string, record: number, life: string, created_ms: number,
 *   ended_ms: number, now_ms: number, steps: number, active: string[], why: string[], requests: Asked[], due_ms: number, timers: Delayed[], waiting: string[],
 *   children: Record<string, string>, interactions: Owned[], path: Passage[], data: Record<string, string>, no_data: string}} Session */

const BASE = '/api/operator/orchestration'

/**
 * @param {string} path
 * @param {Record<string, string>} [query]
 */
async function look(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value)
  let response
  try {
    response = await fetch(`${BASE}${path}${given.length ? `?${new URLSearchParams(given)}` : ''}`)
  } catch {
    throw new CallFailed('offline', 'The server does not answer.')
  }
  const answer = await response.json().catch(() => ({}))
  if (response.ok) return answer
  if (response.status >= 500) throw new CallFailed('unavailable', 'The server has a problem.')
  throw new CallFailed(answer?.error?.code ?? String(response.status), answer?.error?.text ?? `The server refused this (${response.status}).`)
}

/** @returns {Promise<Application[]>} */
export const applications = async () => (await look('/applications')).applications

/**
 * @param {string} name
 * @param {string} version empty for the one that new sessions run
 * @param {string} [file] a document that is not the main one
 * @returns {Promise<{version: string, chart: Chart}>}
 */
export const chartOf = (name, version, file = '') => look(`/applications/${encodeURIComponent(name)}/chart`, { version, file })

/**
 * @param {string} name
 * @param {string} version empty for all
 * @returns {Promise<Crowd>}
 */
export const crowdOf = (name, version) => look(`/applications/${encodeURIComponent(name)}/sessions`, { version })

/**
 * A session; when nothing was added since the record that is known, only `record` and `why`.
 * @param {string} id
 * @param {number} known
 * @returns {Promise<any>}
 */
export const sessionOf = (id, known) => look(`/sessions/${encodeURIComponent(id)}`, { known: known ? String(known) : '' })
