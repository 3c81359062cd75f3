// The visitor's files: what may be sent, what is on its way, getting and deleting.

import { newId } from '../../shared/ids.js'
import { size } from '../../shared/format.js'
import { saveAs } from '../../shared/save_as.js'
import { problemsOf } from './problems.js'

/**
 * @typedef {{id: string, file: File, atMs: number, part: number, state: 'sending'|'unsure'|'failed', problem: string, abort: () => void}} Transfer
 */

export class FileTransfers {
  /**
   * @param {import('./wire.js').ChatWire} wire
   * @param {() => void} onChange
   * @param {() => void} onDone
   */
  constructor(wire, onChange, onDone) {
    this.wire = wire
    this.onChange = onChange
    this.onDone = onDone
    /** @type {Record<string, string>|null} */
    this.limits = null
    /** @type {Transfer[]} */
    this.transfers = []
  }

  async askLimits() {
    const answer = await this.wire.call('file/limits')
    const told = answer.body.messages?.find((/** @type {any} */ event) => event.userData)?.userData
    if (told) this.limits = told
    this.onChange()
  }

  /** @param {boolean} hasAgent */
  mayUpload(hasAgent) {
    return this.limits !== null && (this.limits['upload-need-agent'] !== 'true' || hasAgent)
  }

  /** For the browser's file dialog. */
  get accepted() {
    return (this.limits?.['upload-file-types'] ?? '').split(':').filter(Boolean).map((type) => `.${type}`).join(',')
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      const transfer = { id: newId(), file, atMs: Date.now(), part: 0, state: /** @type {const} */ ('sending'), problem: '', abort: () => {} }
      this.transfers.push(transfer)
      const maxBytes = Number(this.limits?.['upload-max-file-size'] ?? Infinity)
      if (file.size > maxBytes) this.fail(transfer, `The file is too large: at most ${size(maxBytes)}.`)
      else this.send(transfer)
    }
  }

  /** @param {Transfer} transfer */
  async send(transfer) {
    Object.assign(transfer, { state: 'sending', problem: '', part: 0 })
    const { done, abort } = this.wire.upload(transfer.file, (part) => {
      transfer.part = part
      this.onChange()
    })
    transfer.abort = abort
    this.onChange()
    const answer = await done
    if (answer.outcome === 'ok') this.drop(transfer)
    else if (answer.outcome === 'lost') transfer.state = 'unsure'
    else this.fail(transfer, problemsOf(answer, 'file'))
    this.onDone()
    this.onChange()
  }

  /**
   * The transcript has been read since: a file that is in it did arrive, the others may be tried again.
   * @param {Map<number, any>} events
   */
  settle(events) {
    const names = new Set([...events.values()].filter((event) => event.type === 'FileUploaded' && event.from?.type === 'Client')
      .map((event) => `${event.userData?.['file-name']}/${event.userData?.['file-size']}`))
    for (const transfer of this.transfers.filter((it) => it.state === 'unsure')) {
      if (names.has(`${transfer.file.name}/${transfer.file.size}`)) this.drop(transfer)
      else this.fail(transfer, 'The connection broke. Try again.')
    }
  }

  /**
   * @param {Transfer} transfer
   * @param {string} problem
   */
  fail(transfer, problem) {
    transfer.state = 'failed'
    transfer.problem = problem
    this.onChange()
  }

  /** @param {Transfer} transfer */
  drop(transfer) {
    transfer.abort()
    this.transfers = this.transfers.filter((it) => it !== transfer)
    this.onChange()
  }

  /**
   * @param {string} fileId
   * @param {string} name
   * @returns {Promise<boolean>}
   */
  async download(fileId, name) {
    const bytes = await this.wire.download(fileId)
    if (bytes) saveAs(bytes, name)
    return bytes !== null
  }

  /** @param {string} fileId */
  async delete(fileId) {
    await this.wire.call(`file/${encodeURIComponent(fileId)}/delete`)
    this.onDone()
  }
}
