// Signing in and out, and what rests: the HTTP calls.

/** @typedef {{agent_id: string, login: string, name: string, role: string, capacity: number}} Agent */

const BASE = '/api/workspace'

export class CallFailed extends Error {
  /**
   * @param {string} code as the server names it, `offline` without an answer
   * @param {string} text for people: what went wrong and what to do
   */
  constructor(code, text) {
    super(text)
    this.code = code
  }
}

/**
 * @param {string} path
 * @param {any} [body] a POST when given
 */
async function call(path, body) {
  let response
  try {
    response = await fetch(BASE + path, body === undefined ? {} : {
      method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' },
    })
  } catch {
    throw new CallFailed('offline', 'The server does not answer. Check your connection and try again.')
  }
  const answer = await response.json().catch(() => ({}))
  if (response.ok) return answer
  throw problem(response.status, answer?.error, Number(response.headers.get('Retry-After')))
}

/**
 * @param {number} status
 * @param {{code?: string, text?: string}|undefined} error
 * @param {number} retryAfterS
 */
function problem(status, error, retryAfterS) {
  if (status === 429) {
    return new CallFailed('too_many', `Too many tries. Wait ${retryAfterS > 0 ? `${retryAfterS} seconds` : 'a minute'}, then try again.`)
  }
  if (error?.code === 'wrong_credentials') {
    return new CallFailed('wrong_credentials', 'Login and password do not match. Check both; capital letters count in the password.')
  }
  if (status >= 500) return new CallFailed('unavailable', 'The server has a problem. Try again in a moment.')
  return new CallFailed(error?.code ?? String(status), error?.text ?? `The server refused this (${status}).`)
}

/**
 * @param {string} login
 * @param {string} password
 * @returns {Promise<Agent>}
 */
export const signIn = async (login, password) => (await call('/sign-in', { login, password })).agent

/** @returns {Promise<Agent|null>} who is signed in, if anybody */
export async function whoAmI() {
  try {
    return (await call('/me')).agent
  } catch (error) {
    if (error instanceof CallFailed && ['offline', 'unavailable'].includes(error.code)) throw error
    return null
  }
}

export const signOut = () => call('/sign-out', {})

/**
 * The conversations that rest, page by page.
 * @param {string} after where the page begins
 * @returns {Promise<{conversations: Record<string, any>, next: string}>}
 */
export const resting = (after) => call(`/resting?after=${encodeURIComponent(after)}`)

/**
 * The colleagues who are ready.
 * @returns {Promise<import('./call_dialog.js').Colleague[]>}
 */
export const colleagues = async () => (await call('/colleagues')).colleagues

/**
 * For supervisors: the chats that are open.
 * @returns {Promise<import('./open_list.js').OpenChat[]>}
 */
export const openChats = async () => (await call('/open')).chats

/**
 * Where the files of a chat are sent to; with an id, where that file is.
 * @param {string} interactionId
 * @param {string} [fileId]
 */
export function fileAddress(interactionId, fileId) {
  const files = `${BASE}/interactions/${encodeURIComponent(interactionId)}/files`
  return fileId ? `${files}/${encodeURIComponent(fileId)}` : files
}
