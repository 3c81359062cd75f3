// Writes on their way: each has an id of its own, is kept until the server answers it, and is sent again
// with that id after a lost connection. The server carries out an id once, so nothing is lost or doubled.

import { newId } from '../shared/ids.js'
import { keep, read } from '../shared/kept.js'

const NAME = 'frontdesk.outbox'
const KEPT = new Set(['say', 'send_mail', 'push_url', 'hand_over', 'leave', 'end', 'delete_file']) // These survive a reload of the page.

const MESSAGES = new Set(['say', 'send_mail']) // The transcript shows these while they are on their way.

/**
 * @typedef {object} Write
 * @property {string} id
 * @property {string} do
 * @property {number} atMs
 * @property {any} members
 * @property {boolean} isDone the server has it on disk
 * @property {{code: string, text: string}} [refused]
 */

export class Outbox {
  /**
   * @param {string} agentId whose writes these are; another person's are not sent
   * @param {(message: object) => void} send
   * @param {() => void} onChange
   */
  constructor(agentId, send, onChange) {
    this.name = `${NAME}.${agentId}`
    this.send = send
    this.onChange = onChange
    /** @type {Map<string, Write>} */
    this.writes = new Map(read(sessionStorage, this.name, []).map((/** @type {Write} */ write) => [write.id, write]))
    /** @type {Map<string, (refused: {code: string, text: string}|undefined) => void>} */
    this.waiting = new Map()
    this.isOpen = false
  }

  /**
   * Write; resolves with the refusal, or undefined when it is on disk.
   * @param {string} wish what to `do`
   * @param {object} members
   * @returns {Promise<{code: string, text: string}|undefined>}
   */
  write(wish, members) {
    const write = { id: newId(), do: wish, atMs: Date.now(), members, isDone: false }
    this.writes.set(write.id, write)
    this.save()
    const answer = new Promise((resolve) => this.waiting.set(write.id, resolve))
    if (this.isOpen) this.post(write)
    this.onChange()
    return /** @type {any} */ (answer)
  }

  /**
   * Say something that is worth nothing later (typing, receipts): not kept, not repeated.
   * @param {string} wish
   * @param {object} members
   */
  mention(wish, members) {
    if (this.isOpen) this.send({ do: wish, id: newId(), ...members })
  }

  /** The socket was greeted: everything that has no answer goes out again, in order. */
  open() {
    this.isOpen = true
    for (const write of this.writes.values()) if (!write.isDone && !write.refused) this.post(write)
  }

  close() {
    this.isOpen = false
  }

  /** @param {Write} write */
  post(write) {
    this.send({ do: write.do, id: write.id, ...write.members })
  }

  /** @param {{is: string, id: string, code?: string, text?: string}} answer `done` or `refused` */
  settle(answer) {
    const refused = answer.is === 'refused' ? { code: answer.code ?? '', text: answer.text ?? '' } : undefined
    this.waiting.get(answer.id)?.(refused)
    this.waiting.delete(answer.id)
    const write = this.writes.get(answer.id)
    if (!write) return // Its event came before its answer.
    write.isDone = !refused
    write.refused = refused
    // A refused message stays in sight until its writer has seen it; the rest is over with its answer.
    if (!MESSAGES.has(write.do)) this.writes.delete(answer.id)
    this.save()
    this.onChange()
  }

  /**
   * The event that a write became has arrived: the transcript shows it from now on.
   * @param {string} id
   */
  arrived(id) {
    if (this.writes.delete(id)) this.save()
  }

  /**
   * Give up a refused write.
   * @param {string} id
   */
  forget(id) {
    this.writes.delete(id)
    this.save()
    this.onChange()
  }

  /**
   * Messages of a chat that the transcript does not have yet, oldest first.
   * @param {string} interactionId
   */
  unsaid(interactionId) {
    return [...this.writes.values()].filter((write) => MESSAGES.has(write.do) && write.members.interaction_id === interactionId)
  }

  /**
   * Whether a wish of this sort for a chat has no answer yet.
   * @param {string} wish
   * @param {string} interactionId
   */
  isUnderWay(wish, interactionId) {
    return [...this.writes.values()].some((write) => write.do === wish && write.members.interaction_id === interactionId)
  }

  save() {
    const kept = [...this.writes.values()].filter((write) => KEPT.has(write.do) && !write.isDone)
    keep(sessionStorage, this.name, kept.length ? kept : undefined)
  }
}
