// Files on their way to a chat: progress, failure with a second try under the same id, cancelling.

import { newId } from '../shared/ids.js'
import { upload } from '../shared/upload.js'
import { fileAddress } from './account.js'

/**
 * @typedef {object} Transfer
 * @property {string} id
 * @property {string} interactionId
 * @property {File} file
 * @property {number} atMs
 * @property {number} part from 0 to 1
 * @property {string} problem why it failed; empty while under way
 * @property {() => void} abort
 */

const PROBLEMS = {
  0: 'The connection broke. Try again; it will not be sent twice.',
  401: 'Your sign-in is over. Sign in again, then send it once more.',
  413: 'The file is too large.',
}

export class Uploads {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange
    /** @type {Map<string, Transfer>} */
    this.transfers = new Map()
  }

  /**
   * @param {string} interactionId
   * @param {Iterable<File>} files
   */
  add(interactionId, files) {
    for (const file of files) {
      const transfer = { id: newId(), interactionId, file, atMs: Date.now(), part: 0, problem: '', abort: () => {} }
      this.transfers.set(transfer.id, transfer)
      this.send(transfer)
    }
  }

  /** @param {Transfer} transfer */
  async send(transfer) {
    transfer.problem = ''
    const form = new FormData()
    form.append('id', transfer.id)
    form.append('file', transfer.file, transfer.file.name)
    const { done, abort } = upload(fileAddress(transfer.interactionId), form, (part) => {
      transfer.part = part
      this.onChange()
    })
    transfer.abort = abort
    this.onChange()
    const { status, body, retryAfterS } = await done
    if (status === 200) this.transfers.delete(transfer.id)
    else if (status === 429) transfer.problem = `Too many files at once. Try again in ${retryAfterS || 60} seconds.`
    else transfer.problem = body.error?.text || PROBLEMS[/** @type {keyof typeof PROBLEMS} */ (status)] || `The server refused it (${status}).`
    this.onChange()
  }

  /** @param {Transfer} transfer */
  drop(transfer) {
    this.transfers.delete(transfer.id)
    transfer.abort()
    this.onChange()
  }

  /**
   * Those of a chat that are not there yet.
   * @param {import('./chat.js').Chat} chat
   */
  open(chat) {
    const here = new Set(chat.happenings.map((it) => it.event.client_id))
    return [...this.transfers.values()].filter((it) => it.interactionId === chat.id && !here.has(it.id))
  }

  /**
   * @param {import('./chat.js').Chat} chat
   * @returns {import('../shared/transcript.js').Line[]}
   */
  lines(chat) {
    return this.open(chat).map((it) => ({
      id: it.id, kind: 'file', side: 'own', by: String(chat.me), atMs: it.atMs, text: it.file.name,
      file: { name: it.file.name, sizeBytes: it.file.size, part: it.part },
      state: it.problem ? 'failed' : 'sending', problem: it.problem,
      actions: [{ label: 'Try again', act: () => this.send(it) }, { label: 'Discard', act: () => this.drop(it), quiet: true }],
    }))
  }
}
