// What happened in a chat, and what is on its way there, as lines of a transcript.

import { inSentence } from '../shared/format.js'
import { isWebAddress } from '../shared/linked_text.js'
import { headOf, sendingOf } from './mails.js'

/**
 * @typedef {import('./chat.js').Chat} Chat
 * @typedef {import('./chat.js').Happening} Happening
 * @typedef {import('../shared/transcript.js').Line} Line
 * @typedef {object} LineActions
 * @property {(fileId: string, name: string) => void} download
 * @property {(fileId: string, name: string) => void} deleteFile
 * @property {(id: string) => void} forget
 * @property {(id: string, text: string) => void} edit takes a refused message back into the box
 */

const ROLES = { bot: 'Assistant', supervisor: 'Supervisor', agent: 'Colleague', external: 'External', system: 'System' }
const END_REASONS = { client_left: 'the visitor left', client_silent: 'the visitor is gone', idle: 'nobody wrote', rested: 'it rested for too long', closed: 'nobody is here at this hour', full: 'too many were waiting', nobody: 'nobody was there', merged: 'it was merged into another' }
const LEFT_BECAUSE = { client_silent: 'their browser is gone', handed_over: 'the chat was handed over', transferred: 'the chat was passed on', taken_over: 'a supervisor took over', connection_lost: 'the connection was lost', account_disabled: 'the account was disabled', quiet: 'nobody wrote' }
const CALLED_TO = { conference: ' to answer too', consult: ' for advice', transfer: ' to pass the chat on' }
const CALL_ENDED = { declined: 'The colleague cannot come now', expired: 'The colleague did not answer', cancelled: 'The call was called off', agent_away: 'The colleague is not there' }
const UNSEEN = { agents: ', unseen by the visitor', supervisors: ', unseen by visitor and agents' }
const RESTS_BECAUSE = { client_left: 'the visitor left', quiet: 'nobody wrote' }

/**
 * @param {Chat} chat
 * @param {LineActions} act
 * @returns {Line[]} oldest first
 */
export function linesOf(chat, act) {
  return chat.happenings.map((it) => lineOf(chat, it, act)).filter((line) => line !== null)
}

/**
 * @param {Chat} chat
 * @param {Happening} it
 * @param {LineActions} act
 * @returns {Line|null}
 */
function lineOf(chat, it, act) {
  const { event } = it
  const name = inSentence(it.nickname) || 'Somebody'
  switch (event.type) {
    case 'Said': return spoken(chat, it, { kind: event.visibility === 'agents' ? 'note' : 'message', text: event.text })
    case 'UrlPushed': return spoken(chat, it, { kind: isWebAddress(event.url) ? 'url' : 'message', text: event.url })
    case 'FileUploaded': return fileLine(chat, it, act)
    case 'MailReceived': return { ...spoken(chat, { ...it, event: { party_id: 1, ...event } }, { kind: 'message', text: event.text ?? '' }), mail: headOf(chat, event) }
    case 'MailPosted': return postedLine(chat, it, act)
    case 'Started': return chat.isMessage ? null : status(it, `${inSentence(event.nickname)} started a chat${event.subject ? ` about “${inSentence(event.subject)}”` : ''}`)
    case 'Joined': return status(it, event.party_id === chat.me ? `You joined${unseen(event.visibility)}` : `${inSentence(event.nickname)} joined${roleSuffix(event.kind)}${unseen(event.visibility)}`)
    case 'Appeared': return status(it, event.party_id === chat.me ? `You are here now${unseen(event.visibility)}` : `${inSentence(event.nickname)} is here${roleSuffix(event.kind)}${unseen(event.visibility)}`)
    case 'Invited': return it.isCall ? status(it, `${event.by_party === chat.me ? 'You call' : `${inSentence(chat.parties.get(event.by_party)?.nickname ?? '') || 'Somebody'} calls`} a colleague${CALLED_TO[/** @type {keyof typeof CALLED_TO} */ (event.purpose ?? 'conference')] ?? ''}`) : null
    case 'InviteEnded': return it.isCall ? status(it, CALL_ENDED[/** @type {keyof typeof CALL_ENDED} */ (event.reason)] ?? 'The colleague does not come') : null
    case 'Left': return status(it, `${event.party_id === chat.me ? 'You' : name} left${reasonSuffix(LEFT_BECAUSE, event.reason)}`)
    case 'CameBack': return status(it, `${name} came back`)
    case 'Rested': return status(it, `The conversation rests${reasonSuffix(RESTS_BECAUSE, event.reason)}`)
    case 'Woke': return status(it, `${name} wrote again`)
    case 'NicknameChanged': return status(it, `The name is now ${inSentence(event.nickname)}`)
    case 'Queued': return status(it, `Waiting in the queue “${event.queue}”${event.summary ? `. Summary: ${inSentence(event.summary)}` : ''}`)
    case 'IdleWarned': return { ...status(it, `${event.text}${event.closes_next ? ` It closes in ${event.next_s} s unless somebody writes.` : ''}`), kind: 'warning' }
    case 'IdleClosed': return status(it, event.text)
    case 'Informed': return status(it, `The visitor was told: ${inSentence(event.text)}`)
    case 'Parked': return status(it, `${event.party_id === chat.me ? 'You' : name} put the chat aside`)
    case 'Resumed': return status(it, `${event.party_id === chat.me ? 'You' : name} went on with the chat`)
    case 'Merged': return status(it, `${event.party_id === chat.me ? 'You' : name} merged another chat into this one`)
    case 'MergedInto': return status(it, `${event.party_id === chat.me ? 'You' : name} merged this chat into another`)
    case 'Moved': return status(it, `Moved to the queue “${event.queue}”`)
    case 'Owned': return event.starts ? status(it, `The application “${inSentence(event.application)}” has the chat`) : null
    case 'FileDeleted': return status(it, `${event.party_id === chat.me ? 'You' : name} deleted the file “${inSentence(event.name)}”`)
    case 'NoticeGiven': return event.text ? status(it, `Notice from ${name}: ${inSentence(event.text)}`) : null
    case 'Ended': return status(it, `${chat.isMessage ? 'It' : 'The chat'} has ended${reasonSuffix(END_REASONS, event.reason)}`)
    default: return null
  }
}

/** @param {string|undefined} visibility */
const unseen = (visibility) => UNSEEN[/** @type {keyof typeof UNSEEN} */ (visibility)] ?? ''

/** @param {string} kind */
const roleSuffix = (kind) => (kind === 'bot' ? ' (assistant)' : kind === 'supervisor' ? ' (supervisor)' : '')

/**
 * @param {Record<string, string>} known
 * @param {string|undefined} reason
 */
function reasonSuffix(known, reason) {
  const words = known[reason ?? '']
  return words ? `: ${words}` : ''
}

/**
 * @param {Happening} it
 * @param {string} text
 * @returns {Line}
 */
function status(it, text) {
  return { id: `v${it.version}`, kind: 'status', side: 'middle', atMs: it.at_ms, text }
}

/**
 * @param {Chat} chat
 * @param {Happening} it
 * @param {{kind: Line['kind'], text: string}} what
 * @returns {Line}
 */
function spoken(chat, it, what) {
  const { event, version } = it
  const isOwn = event.party_id === chat.me
  const isMine = isOwn || isOwnOfEarlier(chat, event.party_id)
  return {
    // One's own line keeps the id it had while it was on its way, so it does not jump or get read out again.
    id: isOwn && event.client_id ? event.client_id : `v${version}`,
    side: isMine ? 'own' : 'other', by: String(event.party_id), author: it.nickname,
    role: event.party_id === 1 || isMine ? '' : ROLES[/** @type {keyof typeof ROLES} */ (it.kind)], atMs: it.at_ms, ...what,
    mark: isOwn && what.kind !== 'note' && isLastReadOwn(chat, version) ? 'Seen' : '',
  }
}

/**
 * Somebody who left and came back is another party, but the same person.
 * @param {Chat} chat
 * @param {number} partyId
 */
function isOwnOfEarlier(chat, partyId) {
  const me = chat.parties.get(chat.me)?.participant_id
  return Boolean(me) && chat.parties.get(partyId)?.participant_id === me
}

/**
 * Whether the visitor has read this line of ours and no later one.
 * @param {Chat} chat
 * @param {number} version
 */
function isLastReadOwn(chat, version) {
  const upTo = chat.readUpTo.get(1) ?? 0
  if (version > upTo) return false
  return !chat.happenings.some((it) => it.version > version && it.version <= upTo && it.event.party_id === chat.me && it.event.type === 'Said')
}

/**
 * @param {Chat} chat
 * @param {Happening} it
 * @param {LineActions} act
 * @returns {Line}
 */
function fileLine(chat, it, act) {
  const { file_id: fileId, name, size_bytes: sizeBytes, party_id: by } = it.event
  const isDeleted = chat.files.get(fileId)?.is_deleted ?? false
  /** @type {Line['actions'] & object} */
  const actions = isDeleted ? [] : [{ label: 'Download', act: () => act.download(fileId, name) }]
  if (!isDeleted && by === chat.me && chat.isOpen) actions.push({ label: 'Delete', act: () => act.deleteFile(fileId, name), quiet: true })
  const line = { ...spoken(chat, it, { kind: 'file', text: name }), file: { name, sizeBytes, isDeleted }, actions }
  return chat.isMessage && by !== 1 && !isDeleted && !chat.mails.takes(fileId) ? { ...line, mark: 'Not sent yet' } : line
}

/**
 * A mail of ours, and how far it has come.
 * @param {Chat} chat
 * @param {Happening} it
 * @param {LineActions} act
 * @returns {Line}
 */
function postedLine(chat, it, act) {
  const { event } = it
  const line = spoken(chat, it, { kind: 'message', text: event.text ?? '' })
  const sending = sendingOf(chat, event)
  const again = sending.state === 'failed' && chat.isOpen ? [{ label: 'Write again', act: () => act.edit('', event.text) }] : []
  const author = it.nickname || 'An application'
  return { ...line, author, mail: headOf(chat, event), mark: '', ...sending, actions: again }
}

/**
 * @param {Chat} chat
 * @param {import('./outbox.js').Write[]} writes
 * @param {LineActions} act
 * @returns {Line[]}
 */
export function linesUnderWay(chat, writes, act) {
  return writes.map((write) => ({
    id: write.id, kind: write.members.visibility === 'agents' ? 'note' : 'message', side: 'own', by: String(chat.me), author: '',
    atMs: write.atMs, text: write.members.text, mail: write.do === 'send_mail' ? headOf(chat, write.members) : undefined, state: write.refused ? 'failed' : write.isDone ? 'sent' : 'sending',
    problem: write.refused?.text,
    actions: write.refused ? [{ label: 'Edit', act: () => act.edit(write.id, write.members.text) }, { label: 'Discard', act: () => act.forget(write.id), quiet: true }] : [],
  }))
}
