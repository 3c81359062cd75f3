// The visitor's transcript as lines.

import { inSentence } from '../../shared/format.js'
import { isWebAddress } from '../../shared/linked_text.js'

/**
 * @typedef {import('../../shared/transcript.js').Line} Line
 * @typedef {{download: (fileId: string, name: string) => void, deleteFile: (fileId: string, name: string) => void, edit: (id: string, text: string) => void, forget: (id: string) => void}} LineActions
 */

/** @param {any} event */
export function isBot(event) {
  const style = event.eventAttributes?.GCTI_SYSTEM?.['party-info']?.style
  return event.from?.type === 'Bot' || style === 'BOT' || style === '"BOT"'
}

/**
 * @param {import('./visitor_chat.js').VisitorChat} chat
 * @param {LineActions} act
 * @returns {Line[]}
 */
export function linesOf(chat, act) {
  const deleted = new Set(chat.heard.inOrder.filter((event) => event.type === 'FileDeleted').map((event) => event.userData?.['file-id']))
  const lines = chat.heard.inOrder.map((event) => lineOf(event, chat, deleted, act)).filter((line) => line !== null)
  if (chat.phase === 'ended' && lines.length) lines.push({ id: 'ended', kind: 'status', side: 'middle', atMs: lines[lines.length - 1].atMs, text: 'The chat has ended' })
  return [...lines, ...underWay(chat, act)]
}

/**
 * @param {any} event
 * @param {import('./visitor_chat.js').VisitorChat} chat
 * @param {Set<string>} deleted
 * @param {LineActions} act
 * @returns {Line|null}
 */
function lineOf(event, chat, deleted, act) {
  const { type, from = {}, utcTime: atMs } = event
  const id = chat.heard.idOf.get(event.index) ?? `i${event.index}`
  const isOwn = from.type === 'Client'
  const isSystem = from.type === 'External' && !isBot(event)
  const name = from.nickname || (isBot(event) ? 'The assistant' : 'Our colleague')
  const spoken = { id, side: /** @type {'own'|'other'} */ (isOwn ? 'own' : 'other'), by: String(from.participantId), author: name, role: isBot(event) ? 'Assistant' : '', atMs }
  /** @returns {Line} */
  const status = (/** @type {string} */ text) => ({ id, kind: 'status', side: 'middle', atMs, text })
  switch (type) {
    case 'Message': return isSystem ? status(event.text) : { ...spoken, kind: 'message', text: event.text }
    case 'PushUrl': return { ...spoken, kind: isWebAddress(event.text) ? 'url' : 'message', text: event.text }
    case 'FileUploaded': return { ...spoken, kind: 'file', text: event.userData['file-name'], ...fileOf(event, isOwn && chat.phase === 'open', deleted, act) }
    case 'ParticipantJoined': return isOwn ? status('Chat started') : isSystem ? null : status(`${inSentence(name)} joined${isBot(event) ? ' (assistant)' : ''}`)
    case 'ParticipantLeft': return isOwn || isSystem ? null : status(`${inSentence(name)} left`)
    case 'IdleClose': return event.text ? status(event.text) : null
    default: return null
  }
}

/**
 * @param {any} event
 * @param {boolean} mayDelete
 * @param {Set<string>} deleted
 * @param {LineActions} act
 */
function fileOf(event, mayDelete, deleted, act) {
  const { 'file-id': fileId, 'file-name': name, 'file-size': sizeBytes } = event.userData
  const isDeleted = deleted.has(fileId)
  /** @type {Line['actions'] & object} */
  const actions = isDeleted ? [] : [{ label: 'Download', act: () => act.download(fileId, name) }]
  if (mayDelete && !isDeleted) actions.push({ label: 'Delete', act: () => act.deleteFile(fileId, name), quiet: true })
  return { file: { name, sizeBytes: Number(sizeBytes), isDeleted }, actions }
}

/**
 * @param {import('./visitor_chat.js').VisitorChat} chat
 * @param {LineActions} act
 * @returns {Line[]}
 */
function underWay(chat, act) {
  const own = { side: /** @type {const} */ ('own'), by: '1', author: '' }
  const messages = chat.unsent.messages.map((message) => ({
    ...own, id: message.id, kind: /** @type {const} */ ('message'), atMs: message.atMs, text: message.text,
    state: /** @type {Line['state']} */ (message.state === 'failed' ? 'failed' : message.state === 'accepted' ? 'sent' : 'sending'), problem: message.problem,
    actions: message.state === 'failed' ? [{ label: 'Edit', act: () => act.edit(message.id, message.text) }, { label: 'Discard', act: () => act.forget(message.id), quiet: true }] : [],
  }))
  const files = chat.files.transfers.map((transfer) => ({
    ...own, id: transfer.id, kind: /** @type {const} */ ('file'), atMs: transfer.atMs, text: transfer.file.name,
    file: { name: transfer.file.name, sizeBytes: transfer.file.size, part: transfer.part },
    state: /** @type {'sending'|'failed'} */ (transfer.state === 'failed' ? 'failed' : 'sending'), problem: transfer.problem,
    actions: [{ label: 'Try again', act: () => chat.files.send(transfer) }, { label: 'Discard', act: () => chat.files.drop(transfer), quiet: true }],
  }))
  return [...messages, ...files].sort((a, b) => a.atMs - b.atMs)
}
