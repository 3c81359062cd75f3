// What a chat session tells a page: parties, contents, and the events made of them. Its twins are
// src/frontdesk/client/kinds.py and chat_events.py.

import { numberOf, objectOf, textOf } from '../service/json'
import type { Message } from '../service/messages'

/** A word that has flags as well: `type == 'Agent'` and `type.agent` both hold. */
// biome-ignore lint/complexity/noBannedTypes: only a String object can be compared and carry flags.
export type Kind = String & Readonly<Record<string, boolean>>

const kind = (word: string, flags: Record<string, RegExp>): Kind =>
  Object.assign(
    Object(word),
    Object.fromEntries(Object.entries(flags).map(([flag, words]) => [flag, words.test(word)])),
  )

/** Who did it. */
export interface Party {
  readonly name: string
  readonly type: Kind
  readonly id: string
}

/** Something was put into the chat, by the visitor too. */
export interface MessageEvent {
  readonly party: Party
  /** `text`, or `url` where the visitor is shown an address. */
  readonly content: {
    readonly type: Kind
    readonly text?: string
    readonly url?: string
    readonly fileId?: string
  }
  readonly index: number
  /** Milliseconds since the Unix epoch, by the server's clock. */
  readonly timestamp: number
}

// Which messages hold something to read; the others tell of parties, typing and names.
const CONTENTS: Record<string, string> = {
  Message: 'text',
  PushUrl: 'url',
  Notice: 'notice',
  CustomNotice: 'notice',
  FileUploaded: 'file',
  IdleAlert: 'text',
  IdleClose: 'text',
}

/** The author of a normalised message. */
export function partyOf(message: Message): Party {
  const { name, type, id } = objectOf(message['from'])
  const flags = {
    client: /^Client$/,
    agent: /^(Agent|Supervisor)$/, // Every person behind the desk.
    supervisor: /^Supervisor$/,
    bot: /^Bot$/,
    external: /^(External|Bot)$/, // Every machine.
  }
  return { name: textOf(name), type: kind(textOf(type), flags), id: textOf(id) }
}

/** What a normalised message says; nothing when there is nothing to read in it. */
export function messageEventOf(message: Message): MessageEvent | undefined {
  const type = CONTENTS[textOf(message['type'])]
  if (!type) return undefined
  const text = textOf(message['text'])
  const fileId = objectOf(message['fileDetails'])['file-id']
  const flags = { text: /text/, url: /url/, notice: /notice/, file: /file/ }
  return {
    party: partyOf(message),
    content: {
      type: kind(type, flags),
      ...(type === 'url' ? { url: text } : { text }),
      ...(fileId !== undefined && { fileId: textOf(fileId) }),
    },
    index: numberOf(message['index']) ?? 0,
    timestamp: numberOf(message['timestamp']) ?? 0,
  }
}
