// Chat API version 2 as a client speaks it: form posts in, one envelope out. It knows no rule of ours.

import { upload } from '../../shared/upload.js'

const ANSWER_MAX_MS = 3000

/**
 * @typedef {{chatId: string, userId: string, secureKey: string, alias: string}} Identity
 * @typedef {object} Answer
 * @property {'ok'|'later'|'refused'|'lost'} outcome done; try again; no; or nobody knows whether it was done
 * @property {any} body the envelope, `{}` without one
 * @property {boolean} isEnded the envelope says that the chat is over
 */

/** @param {any} body */
const identityIn = (body) => Object.fromEntries(['chatId', 'userId', 'secureKey', 'alias'].filter((key) => body[key]).map((key) => [key, body[key]]))

export class ChatWire {
  /** @param {string} serviceUrl up to and with the name of the service */
  constructor(serviceUrl) {
    this.serviceUrl = serviceUrl
    this.identity = /** @type {Identity} */ ({ chatId: '', userId: '', secureKey: '', alias: '' })
  }

  /**
   * @param {Record<string, string>} fields
   * @param {Record<string, string>} userData
   */
  start(fields, userData) {
    return this.post(`${this.serviceUrl}/`, { ...fields, ...inBrackets(userData) })
  }

  /**
   * One operation of the chat, such as `refresh` or `send`.
   * @param {string} operation
   * @param {Record<string, string>} [fields]
   */
  call(operation, fields = {}) {
    return this.post(this.address(operation), { ...this.credentials(), ...fields })
  }

  /** @param {Record<string, string>} data */
  updateData(data) {
    return this.call('updateData', inBrackets(data))
  }

  /** @param {string} operation */
  address(operation) {
    return `${this.serviceUrl}/${encodeURIComponent(this.identity.chatId)}/${operation}`
  }

  credentials() {
    const { alias, userId, secureKey } = this.identity
    return { alias, userId, secureKey }
  }

  /**
   * @param {string} url
   * @param {Record<string, string>} fields
   * @returns {Promise<Answer>}
   */
  async post(url, fields) {
    try {
      const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), signal: AbortSignal.timeout(ANSWER_MAX_MS), credentials: 'omit' })
      const body = await response.json().catch(() => ({}))
      return this.understand(response.status, body)
    } catch {
      return { outcome: 'lost', body: {}, isEnded: false }
    }
  }

  /**
   * @param {number} status
   * @param {any} body
   * @returns {Answer}
   */
  understand(status, body) {
    Object.assign(this.identity, identityIn(body))
    const isEnded = body.chatEnded === true
    if (status === 200 && body.statusCode === 0) return { outcome: 'ok', body, isEnded }
    if (status === 429 || status === 503 || body.statusCode === 1) return { outcome: 'later', body, isEnded: false }
    if (status >= 500 || status === 0 || body.statusCode === undefined) return { outcome: 'lost', body, isEnded: false }
    return { outcome: 'refused', body, isEnded }
  }

  /**
   * @param {File} file
   * @param {(part: number) => void} onProgress
   * @returns {{done: Promise<Answer>, abort: () => void}}
   */
  upload(file, onProgress) {
    const form = new FormData()
    form.append('file', file, file.name)
    for (const [name, value] of Object.entries(this.credentials())) form.append(name, value)
    const { done, abort } = upload(this.address('file'), form, onProgress)
    return { done: done.then(({ status, body }) => this.understand(status, body)), abort }
  }

  /**
   * @param {string} fileId
   * @returns {Promise<Blob|null>} null when it could not be had
   */
  async download(fileId) {
    const form = new FormData()
    for (const [name, value] of Object.entries(this.credentials())) form.append(name, value)
    try {
      const response = await fetch(this.address(`file/${encodeURIComponent(fileId)}/download`), { method: 'POST', body: form, credentials: 'omit' })
      return response.ok ? await response.blob() : null
    } catch {
      return null
    }
  }
}

/** @param {Record<string, string>} data */
function inBrackets(data) {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [`userData[${key}]`, value]))
}
