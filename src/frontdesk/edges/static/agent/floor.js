// Everything this agent has before them: readiness, ringing invites, chats. Fed by the socket, read by the views.

import { keep, read } from '../shared/kept.js'
import { Chat } from './chat.js'
import { isToRead } from './mails.js'

/** @typedef {{interaction_id: string, until_ms: number, service: string, queue: string, nickname: string, subject: string,
 *   summary: string, started_ms: number, user_data: Record<string, string>, medium?: string, called_by?: string, purpose?: string, note?: string}} Invite */

const SEEN = 'frontdesk.seen'

export class Floor {
  /**
   * @param {object} hooks
   * @param {() => void} hooks.onChange
   * @param {(writeId: string) => void} hooks.onArrived the event of a write of ours is here
   * @param {(invite: Invite) => void} hooks.onInvite
   * @param {(chat: Chat, happening: any) => void} hooks.onWord somebody else wrote
   * @param {(chat: Chat) => void} hooks.onJoined
   * @param {() => void} hooks.onLeft one is no longer this agent's: it may rest now
   * @param {(id: string) => boolean} hooks.rests whether it is known to rest
   */
  constructor(hooks) {
    this.hooks = hooks
    /** @type {Map<string, Chat>} */
    this.chats = new Map()
    /** @type {Map<string, Invite>} */
    this.invites = new Map()
    this.isReady = false
    this.readinessReason = ''
    this.skewMs = 0
    this.isSettled = false
    /** @type {Record<string, number>} chat → version up to which this agent has looked */
    this.seen = read(sessionStorage, SEEN, {})
  }

  /** The server's clock now. */
  nowMs() {
    return Date.now() + this.skewMs
  }

  /** What a new socket is told of what is here already. */
  get have() {
    return Object.fromEntries([...this.chats.values()].filter((chat) => chat.isMine && chat.version > 0).map((chat) => [chat.id, chat.version]))
  }

  /** @param {any} message of the server; unknown ones are for newer pages */
  take(message) {
    const chat = this.chats.get(message.interaction_id)
    switch (message.is) {
      case 'welcome': this.welcome(message); break
      case 'readiness': [this.isReady, this.readinessReason] = [message.is_ready, message.reason ?? '']; break
      case 'invited': this.ring(message); break
      case 'invite_gone': this.invites.delete(message.interaction_id); break
      case 'interaction': this.join(message); break
      case 'event': if (chat) this.happen(chat, message); break
      case 'preview': if (chat) chat.preview = message.text; break
      case 'readers': chat?.read(message.party_id, message.up_to); break
      case 'left': if (chat) chat.isMine = false; this.hooks.onLeft(); break
      default: return
    }
    this.hooks.onChange()
  }

  /** @param {any} message */
  welcome(message) {
    this.isReady = message.is_ready
    this.readinessReason = ''
    this.skewMs = message.time_ms - Date.now()
    const mine = new Set(message.interactions)
    for (const chat of this.chats.values()) {
      if (!mine.has(chat.id)) chat.isMine = false
      chat.typing.clear()
      chat.preview = ''
    }
    const ringing = new Set(message.invites)
    for (const id of this.invites.keys()) if (!ringing.has(id)) this.invites.delete(id)
    this.isSettled = true
  }

  /** @param {any} message */
  ring(message) {
    if (message.time_ms) this.skewMs = message.time_ms - Date.now()
    const isNew = !this.invites.has(message.interaction_id)
    this.invites.set(message.interaction_id, message)
    if (isNew) this.hooks.onInvite(message)
  }

  /** @param {any} message */
  join(message) {
    this.invites.delete(message.interaction_id)
    const known = this.chats.get(message.interaction_id)
    if (known) {
      known.head(message)
      return
    }
    const chat = new Chat(message)
    this.chats.set(chat.id, chat)
    // On another device, or after a reload, the receipts know how far one has read.
    this.seen[chat.id] = Math.max(this.seen[chat.id] ?? 0, chat.readUpTo.get(chat.me) ?? 0)
    this.hooks.onJoined(chat)
  }

  /**
   * @param {Chat} chat
   * @param {any} message
   */
  happen(chat, message) {
    if (message.version <= chat.version) return
    const isNews = message.version > chat.headVersion
    chat.take(message)
    if (message.event.client_id && message.event.party_id === chat.me) this.hooks.onArrived(message.event.client_id)
    if (isToRead(message.event) && isNews && message.event.party_id !== chat.me) this.hooks.onWord(chat, chat.happenings[chat.happenings.length - 1])
  }

  /**
   * The agent has looked at all there is of a chat.
   * @param {Chat} chat
   * @returns {boolean} whether there was a word of somebody else to read; a receipt is an event too and no such word
   */
  look(chat) {
    const hasWords = this.unread(chat) > 0
    if ((this.seen[chat.id] ?? 0) < chat.version) {
      this.seen[chat.id] = chat.version
      keep(sessionStorage, SEEN, this.seen)
    }
    return hasWords
  }

  /** @param {Chat} chat */
  unread(chat) {
    return chat.unreadSince(this.seen[chat.id] ?? 0)
  }

  /**
   * Whether a chat stays open and nobody attends to it now.
   * @param {Chat} chat
   */
  rests(chat) {
    return !chat.isOpen && this.hooks.rests(chat.id)
  }

  /**
   * Chats as the list has them: those that are open by how long the visitor waits, then the finished ones. Those that
   * rest have a list of their own.
   * @returns {Chat[]}
   */
  get listed() {
    return [...this.chats.values()].filter((chat) => !this.rests(chat)).sort((a, b) => Number(b.isOpen) - Number(a.isOpen) || a.startedMs - b.startedMs)
  }

  /** @param {string} id */
  drop(id) {
    this.chats.delete(id)
    delete this.seen[id]
    keep(sessionStorage, SEEN, this.seen)
    this.hooks.onChange()
  }
}
