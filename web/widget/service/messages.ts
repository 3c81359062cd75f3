// What the server calls events, made into the messages that pages see.
// webchat-service, section 5; chat-api-v2, sections 6 and 16.

import type { Json } from '../../shared/transport'
import { at, objectOf, parsed, textOf } from './json'

/** A message as pages see it, and while preprocessors look at it also under the server's names. */
export type Message = Record<string, unknown>

const TYPES: Record<string, string> = { Text: 'Message' }
const PARTIES: Record<string, string> = { Customer: 'Client' }
const FILE_KEYS = ['file-id', 'file-name', 'file-size']
const SHOWN = ['index', 'type', 'text', 'timestamp', 'from', 'userData', 'fileDetails', 'isTyping']
const ADDED = ['html', 'bubble', 'avatar', 'custom', 'content', 'restoring']

/** The event's number; nothing for those that are no part of the transcript. */
export function indexOf({ index }: Json): number | undefined {
  const number = typeof index === 'string' && /^\d+$/.test(index) ? Number(index) : index
  return Number.isInteger(number) ? (number as number) : undefined
}

/** The type of the message that `event` becomes. */
export const typeOf = ({ type }: Json): string => TYPES[textOf(type)] ?? textOf(type)

/** Who `event` is from, as the server says it. */
export const authorOf = (event: Json): Json => objectOf(event['from'])

/** The party of an author, in our words. */
export const partyOf = (event: Json): string => {
  const party = textOf(authorOf(event)['type'])
  return PARTIES[party] ?? party
}

/** Whether `event` says that its author is a bot, whatever the author's type. */
export function isFromBot(event: Json): boolean {
  const style = at(event, 'eventAttributes', 'GCTI_SYSTEM', 'party-info', 'style')
  return style === 'BOT' || style === '"BOT"' || authorOf(event)['type'] === 'Bot'
}

/** The words of `event`; those of its structured content, if there are any, come first. */
export function wordsOf(event: Json): string {
  const content = at(event, 'eventAttributes', 'structured-content', 'genesys-chat', 'content')
  const structured = at(typeof content === 'string' ? parsed(content) : content, 'text')
  const text = typeof structured === 'string' ? structured : event['text']
  return typeof text === 'string' ? text : ''
}

/** How a message is made. */
export interface Making {
  readonly isBot: boolean
  readonly restoring?: boolean
  /** Lets preprocessors have their way with it. */
  readonly preprocess?: ((message: Message) => Message) | undefined
}

/** The message that `event` becomes. */
export function normalise(event: Json, { isBot, restoring, preprocess }: Making): Message {
  const all = superset(event, isBot)
  if (restoring) all['restoring'] = true
  const raw = preprocess?.(all) ?? all
  const { id, type, name } = authorOf(raw)
  const shown = [...SHOWN, ...ADDED].map(
    (key) => [key, key === 'from' ? { id, type, name } : raw[key]] as const,
  )
  return Object.fromEntries(shown.filter(([, value]) => value !== undefined && value !== null))
}

/** `event` under the server's names and under ours, for preprocessors made for either. */
function superset(event: Json, isBot: boolean): Message {
  const raw: Message = structuredClone({ ...event })
  // Display hints are the page's to give: from the server they could smuggle in markup.
  for (const key of ADDED) delete raw[key]
  const author = authorOf(raw)
  const type = typeOf(event)
  const { participantId, nickname } = author
  Object.assign(raw, {
    type,
    text: wordsOf(event),
    index: indexOf(event),
    timestamp: event['utcTime'],
    from: { ...author, id: participantId, name: nickname, type: isBot ? 'Bot' : partyOf(event) },
  })
  if (type === 'FileUploaded') {
    const data = objectOf(event['userData'])
    raw['fileDetails'] = Object.fromEntries(
      FILE_KEYS.filter((key) => data[key]).map((key) => [key, data[key]]),
    )
  }
  if (type.startsWith('Typing')) raw['isTyping'] = type === 'TypingStarted'
  return raw
}
