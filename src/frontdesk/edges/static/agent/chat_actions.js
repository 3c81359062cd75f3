// What an agent can do in a chat. Whatever cannot be taken back asks first.

import { ask } from '../shared/dialog.js'
import { inSentence } from '../shared/format.js'
import { isWebAddress } from '../shared/linked_text.js'
import { saveAs } from '../shared/save_as.js'
import { toast } from '../shared/toast.js'
import { fileAddress } from './account.js'
import { askWhomToCall } from './call_dialog.js'
import { askWhatToMerge } from './merge_dialog.js'

/** @typedef {import('./chat.js').Chat} Chat */

const END_CHAT = { confirm: 'End chat', cancel: 'Keep chatting', body: 'Nobody can write any more after that. What was said stays.' }
const END_MAIL = { confirm: 'End it', cancel: 'Keep it open', body: 'An answer to it begins a new one. With “Done” it rests instead, and an answer wakes it.' }

export class ChatActions {
  /**
   * @param {import('./outbox.js').Outbox} outbox
   * @param {import('./floor.js').Floor} floor
   * @param {import('./uploads.js').Uploads} uploads
   */
  constructor(outbox, floor, uploads) {
    this.outbox = outbox
    this.floor = floor
    this.uploads = uploads
  }

  /**
   * @param {Chat} chat
   * @param {string} text
   * @param {boolean} isNote for the team alone
   */
  say(chat, text, isNote) {
    this.outbox.write('say', { interaction_id: chat.id, text, ...(isNote ? { visibility: 'agents' } : {}) })
  }

  /**
   * @param {Chat} chat
   * @param {string} text
   * @param {{to: string[], cc: string[], subject: string, files?: string[]}} addressed
   */
  mail(chat, text, addressed) {
    this.outbox.write('send_mail', { interaction_id: chat.id, text, ...addressed })
  }

  /**
   * @param {Chat} chat
   * @param {boolean} isTyping
   */
  type(chat, isTyping) {
    this.outbox.mention('type', { interaction_id: chat.id, is_typing: isTyping })
  }

  /**
   * @param {Chat} chat
   * @param {string} wish
   * @param {object} [members]
   */
  async write(chat, wish, members = {}) {
    const refused = await this.outbox.write(wish, { interaction_id: chat.id, ...members })
    if (refused) toast(refused.text || 'The server refused this.')
  }

  /** @param {Chat} chat */
  async pushUrl(chat) {
    const url = await ask({
      title: 'Send a page', confirm: 'Send page',
      body: `${inSentence(chat.nickname) || 'The visitor'} gets it as a link to open.`,
      field: { label: 'Address', type: 'url', value: 'https://', required: true, maxLength: 2000,
        check: (value) => (isWebAddress(value) ? '' : 'Enter a whole web address, beginning with https://') },
    })
    if (url) await this.write(chat, 'push_url', { url })
  }

  /** @param {Chat} chat */
  async handOver(chat) {
    const summary = await ask({
      title: 'Hand this chat over', confirm: 'Hand over',
      body: 'It rings for the next free person and you leave it. The visitor keeps the conversation.',
      field: { label: 'Summary for your colleague (optional)', type: 'long', hint: 'The visitor does not see this.', maxLength: 2000 },
    })
    if (summary !== null) await this.write(chat, 'hand_over', summary ? { summary } : {})
  }

  /** @param {Chat} chat */
  async call(chat) {
    if (chat.isCalling) {
      await this.write(chat, 'call_off')
      return
    }
    const call = await askWhomToCall()
    if (call) await this.write(chat, 'call', call)
  }

  /**
   * @param {Chat} chat
   * @param {import('./chat.js').Party} party
   */
  async bringIn(chat, party) {
    const yes = await ask({ title: `Bring ${inSentence(party.nickname)} in?`, confirm: 'Bring in', body: 'The visitor sees that your colleague is here, and what they write from now on.' })
    if (yes !== null) await this.write(chat, 'show', { party_id: party.party_id })
  }

  /**
   * @param {Chat} chat
   * @param {import('./chat.js').Party} party
   */
  async passOn(chat, party) {
    const yes = await ask({ title: `Pass the chat on to ${inSentence(party.nickname)}?`, confirm: 'Pass on', body: 'Your colleague answers from now on, and you leave.' })
    if (yes !== null) await this.write(chat, 'pass_on', { party_id: party.party_id })
  }

  /**
   * @param {Chat} chat
   * @param {'agents'|'all'} visibility
   */
  async stepForward(chat, visibility) {
    await this.write(chat, 'show', { visibility })
  }

  /** @param {Chat} chat */
  async park(chat) {
    await this.write(chat, chat.isParked ? 'resume' : 'park')
  }

  /** @param {Chat} chat */
  async merge(chat) {
    const others = this.floor.listed.filter((it) => it !== chat && it.isOpen && !it.isMessage && it.audience === 'all')
    const other = await askWhatToMerge(others)
    if (other) await this.write(chat, 'merge', { other })
  }

  /** @param {Chat} chat */
  async takeOver(chat) {
    const yes = await ask({ title: 'Take this chat over?', confirm: 'Take over', danger: true, body: 'You answer from now on, and who answered leaves.', cancel: 'Keep looking on' })
    if (yes !== null) await this.write(chat, 'take_over')
  }

  /** @param {Chat} chat */
  async leave(chat) {
    if (chat.audience !== 'all' || chat.isMessage) {
      await this.write(chat, 'leave') // The visitor never knew; who writes mails is not there anyway.
      return
    }
    const isLast = ![...chat.parties.values()].some((party) => party.is_present && party.party_id !== chat.me && (party.visibility ?? 'all') === 'all' && ['agent', 'supervisor', 'bot'].includes(party.kind))
    const rests = isLast && chat.staysOpen
    const yes = await ask({
      title: 'Leave this chat?', confirm: 'Leave', danger: isLast && !rests,
      body: rests ? 'It rests then: it stays open, stands under “Resting”, and rings for you first when the visitor writes again.' : isLast ? 'Nobody else is here, so the chat may end for the visitor. To pass it on, hand it over instead.' : 'Somebody else stays with the visitor.',
      cancel: 'Stay',
    })
    if (yes !== null) await this.write(chat, 'leave')
  }

  /** @param {Chat} chat */
  async end(chat) {
    const yes = await ask({
      ...chat.isMessage ? END_MAIL : END_CHAT, danger: true,
      title: `End the ${chat.isMessage ? 'correspondence' : 'chat'} with ${inSentence(chat.nickname) || 'the visitor'}?`,
    })
    if (yes !== null) await this.write(chat, 'end')
  }

  /**
   * Take a file away that has gone nowhere yet.
   * @param {Chat} chat
   * @param {import('./chat.js').FileFact} file
   */
  async detach(chat, file) {
    await this.write(chat, 'delete_file', { file_id: file.file_id })
  }

  /**
   * @param {Chat} chat
   * @param {string} fileId
   * @param {string} name
   */
  async deleteFile(chat, fileId, name) {
    const yes = await ask({ title: 'Delete this file?', body: `“${inSentence(name)}” can no longer be downloaded by anybody.`, confirm: 'Delete file', danger: true, cancel: 'Keep it' })
    if (yes !== null) await this.write(chat, 'delete_file', { file_id: fileId })
  }

  /**
   * @param {Chat} chat
   * @param {string} fileId
   * @param {string} name
   */
  async download(chat, fileId, name) {
    let response
    try {
      response = await fetch(fileAddress(chat.id, fileId))
    } catch {
      toast('The connection broke. Try the download again.')
      return
    }
    if (!response.ok) {
      const answer = await response.json().catch(() => ({}))
      toast(answer.error?.text ?? `The file could not be downloaded (${response.status}).`)
      return
    }
    saveAs(await response.blob(), name)
  }
}
