// One chat as the events say it is. An event seen twice counts once: its version is its name.

import { Mails, isToRead, isWord } from './mails.js'

const TYPING_MAX_MS = 15_000

/**
 * @typedef {{party_id: number, kind: string, nickname: string, participant_id?: string, visibility?: string,
 *   is_present?: boolean, is_held?: boolean, read_up_to?: number}} Party
 * @typedef {{file_id: string, name: string, size_bytes: number, party_id: number, is_deleted?: boolean}} FileFact
 * @typedef {{version: number, at_ms: number, event: any, nickname: string, kind: string, isCall: boolean}} Happening an
 *   event, with its author's name and kind as they were then; `isCall` when it is about a colleague who is called
 */

export class Chat {
  /** @param {any} card the `interaction` message that made it ours */
  constructor(card) {
    this.id = card.interaction_id
    this.version = 0
    /** @type {Happening[]} */
    this.happenings = []
    /** @type {Map<number, Party>} */
    this.parties = new Map()
    /** @type {Map<string, FileFact>} */
    this.files = new Map()
    /** @type {Map<number, number>} how far each party has read */
    this.readUpTo = new Map()
    /** @type {Map<number, number>} party → when it began */
    this.typing = new Map()
    this.preview = ''
    this.isMine = true
    this.isEnded = false
    this.isCalling = false
    this.waitsSinceMs = 0
    this.mails = new Mails()
    this.head(card)
  }

  /**
   * What is true at the card's version, whatever events are still to come.
   * @param {any} card
   */
  head(card) {
    this.isMine = true
    this.me = card.party_id
    this.headVersion = card.version ?? 0
    this.service = card.service ?? ''
    this.queue = card.queue ?? ''
    this.summary = card.summary ?? ''
    this.subject = card.subject ?? ''
    this.startedMs = card.started_ms ?? 0
    this.nickname = card.nickname ?? ''
    this.fullName = [card.first_name, card.last_name].filter(Boolean).join(' ')
    this.email = card.email ?? ''
    this.userData = { ...card.user_data }
    this.page = card.page ?? {}
    this.isEnded = card.phase === 'ended' || card.phase === 'archived'
    this.staysOpen = Boolean(card.asynchronous)
    this.isMessage = card.medium === 'message'
    for (const party of card.parties ?? []) {
      this.parties.set(party.party_id, { is_present: true, ...party })
      this.read(party.party_id, party.read_up_to ?? 0)
    }
    for (const file of card.files ?? []) this.files.set(file.file_id, file)
  }

  /** Who knows that this agent is here: `all`, `agents` or `supervisors`. */
  get audience() {
    return this.parties.get(this.me)?.visibility ?? 'all'
  }

  /** Whether this agent has put it aside. */
  get isParked() {
    return Boolean(this.parties.get(this.me)?.is_held)
  }

  /** @param {{version: number, at_ms: number, event: any}} message */
  take({ version, at_ms: atMs, event }) {
    if (version <= this.version) return
    this.version = version
    const isNews = version > (this.headVersion ?? 0)
    const isCall = event.type === 'InviteEnded' ? this.isCalling : Boolean(event.by_party)
    this.changeParties(event, isNews)
    this.changeFacts(event, atMs, isNews)
    const by = this.parties.get(event.party_id)
    this.happenings.push({ version, at_ms: atMs, event, nickname: by?.nickname ?? '', kind: by?.kind ?? '', isCall })
  }

  /**
   * @param {any} event
   * @param {boolean} isNews
   */
  changeParties(event, isNews) {
    const known = this.parties.get(event.party_id)
    switch (event.type) {
      case 'Started':
        this.parties.set(1, { ...this.parties.get(1), is_present: true, party_id: 1, kind: 'client', nickname: event.nickname })
        break
      case 'Joined':
      case 'Appeared':
        if (event.answers_invite) this.isCalling = false
        this.parties.set(event.party_id, { ...known, party_id: event.party_id, kind: event.kind, nickname: event.nickname,
          participant_id: event.participant_id, visibility: event.visibility ?? 'all', is_present: isNews || (known?.is_present ?? true) })
        break
      case 'Left':
        if (known && isNews) known.is_present = known.is_held = false
        this.typing.delete(event.party_id)
        break
      case 'CameBack':
        if (known && isNews) known.is_present = true
        break
      case 'Parked':
      case 'Resumed':
        if (known && isNews) known.is_held = event.type === 'Parked'
        break
      case 'NicknameChanged':
        if (known) known.nickname = event.nickname
        if (event.party_id === 1) this.nickname = event.nickname
        break
    }
  }

  /**
   * @param {any} event
   * @param {number} atMs
   * @param {boolean} isNews
   */
  changeFacts(event, atMs, isNews) {
    this.mails.take(event)
    switch (event.type) {
      case 'Said':
      case 'FileUploaded':
      case 'MailReceived':
      case 'MailPosted':
        this.said(event, atMs)
        break
      case 'FileDeleted': {
        const file = this.files.get(event.file_id)
        if (file) file.is_deleted = true
        break
      }
      case 'TypingStarted': this.typing.set(event.party_id, atMs); break
      case 'TypingStopped': this.typing.delete(event.party_id); break
      case 'DataChanged':
        if (isNews) Object.assign(this.userData, event.changes)
        if (isNews) for (const key of event.removed ?? []) delete this.userData[key]
        break
      case 'Owned': if (isNews) this.userData['OP-Session-ID'] = event.session_id; break
      case 'Released': if (isNews) delete this.userData['OP-Session-ID']; break
      case 'Moved': if (isNews) this.queue = event.queue; break
      case 'ReceiptGiven': this.read(event.party_id, event.up_to); break
      case 'Invited': this.isCalling = Boolean(event.by_party); break
      case 'InviteEnded': this.isCalling = false; break
      case 'Queued': if (isNews) [this.queue, this.summary] = [event.queue, event.summary ?? '']; break
      case 'Ended': this.isEnded = true; this.typing.clear(); break
    }
  }

  /**
   * @param {any} event
   * @param {number} atMs
   */
  said(event, atMs) {
    this.typing.delete(event.party_id)
    if (event.party_id === 1) this.preview = ''
    if (event.type === 'FileUploaded' && !this.files.get(event.file_id)?.is_deleted) this.files.set(event.file_id, { ...event })
    if ((event.party_id ?? 1) === 1 && event.type !== 'MailPosted') this.waitsSinceMs ||= atMs
    else if ((event.visibility ?? 'all') === 'all' && !(this.isMessage && event.type === 'FileUploaded')) this.waitsSinceMs = 0
  }

  /**
   * @param {number} partyId
   * @param {number} upTo
   */
  read(partyId, upTo) {
    this.readUpTo.set(partyId, Math.max(upTo, this.readUpTo.get(partyId) ?? 0))
  }

  /** What the visitor, or somebody on our side, wrote last. */
  get lastWord() {
    return this.happenings.findLast(({ event }) => isWord(event))
  }

  /** @param {number} version up to which its reader has seen it */
  unreadSince(version) {
    return this.happenings.filter((it) => it.version > version && it.event.party_id !== this.me && isToRead(it.event)).length
  }

  get isOpen() {
    return this.isMine && !this.isEnded
  }

  /**
   * A typist whose page is gone never says that it stopped.
   * @param {number} partyId
   * @param {number} nowMs
   */
  isTyping(partyId, nowMs) {
    return this.isOpen && nowMs - (this.typing.get(partyId) ?? 0) < TYPING_MAX_MS
  }

  /**
   * @param {number} nowMs
   * @returns {Party|undefined} who types now, the visitor first
   */
  typist(nowMs) {
    const ids = [...this.typing.keys()].filter((id) => id !== this.me && this.isTyping(id, nowMs)).sort((a, b) => a - b)
    return this.parties.get(ids[0])
  }
}
