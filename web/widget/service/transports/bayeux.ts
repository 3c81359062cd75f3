// One client of a Bayeux server over long polls: it shakes hands, publishes, and is told what is pushed.
// The Bayeux protocol 1.0; chat-api-v2, sections 17.2 to 17.4.

import type { Json } from '../../../shared/transport'
import { at, isObject, numberOf, objectOf, objectsOf, textOf } from '../json'

/** Posts messages: what was answered, or why nothing was. */
export type Post = (path: string, messages: Json[], timeoutMs: number) => Promise<Json[] | string>

/** What came of one exchange: what was pushed, in order; or why nothing came of it. */
export interface Came {
  readonly pushed: readonly Json[]
  /** The connection failed: nobody knows whether anything was done. */
  readonly lost?: string
  /** The server will not do it, and says so of the message itself. */
  readonly refused?: string
  /** The server does not know this client: nothing was done. */
  readonly isUnknown?: boolean
}

const HANDSHAKE = '/meta/handshake'
const CONNECT = '/meta/connect'
const DISCONNECT = '/meta/disconnect'
const KIND = 'long-polling'
const UNKNOWN = /^402/
const HELD_MS = 60_000 // How long a connect is held where the server does not say.
const GRACE_MS = 10_000 // So much later than it said it must have answered.

export type Bayeux = ReturnType<typeof createBayeux>

/** A client that publishes on `channel` and hears what is pushed there. `readTimeoutMs` bounds what is not held. */
export function createBayeux(channel: string, post: Post, readTimeoutMs: () => number) {
  let clientId = ''
  let numbers = 0
  let heldMs = HELD_MS

  const numbered = (message: Json): Json => ({ id: `${++numbers}`, ...message })
  const heed = ({ advice }: Json) => {
    if (!isObject(advice)) return
    heldMs = numberOf(advice['timeout']) ?? HELD_MS
    bayeux.pauseMs = numberOf(advice['interval']) ?? 0
    bayeux.mayReturn = advice['reconnect'] !== 'none'
    if (advice['reconnect'] === 'handshake') clientId = ''
  }
  /** Send messages of which the first is the one that matters. */
  const send = async (path: string, messages: Json[], timeoutMs: number): Promise<Came> => {
    const sent = messages.map(numbered)
    const came = await post(path, sent, timeoutMs)
    if (typeof came === 'string') return { pushed: [], lost: came }
    for (const reply of came.filter(({ channel }) => /^\/meta\//.test(textOf(channel)))) heed(reply)
    const pushed = came.flatMap((one) =>
      one['channel'] === channel && isObject(one['data']) ? [one['data']] : [],
    )
    const reply = came.find(({ id }) => id === sent[0]?.['id'])
    if (reply?.['successful'] === true) {
      if (reply['channel'] === HANDSHAKE) clientId = textOf(reply['clientId'])
      return { pushed }
    }
    if (!reply) return { pushed, lost: 'no reply' }
    const refused = textOf(reply['error']) || 'refused'
    const isUnknown = UNKNOWN.test(refused)
    if (isUnknown) clientId = ''
    return { pushed, refused, isUnknown }
  }
  const connecting = (advice?: Json): Json => ({
    channel: CONNECT,
    clientId,
    connectionType: KIND,
    ...(advice && { advice }),
  })
  const bayeux = {
    /** How long the server wants to be left alone. */
    pauseMs: 0,
    /** Whether the server wants to see this client again. */
    mayReturn: true,
    isKnown: () => clientId !== '',

    handshake: (): Promise<Came> =>
      send(
        'handshake',
        [
          {
            channel: HANDSHAKE,
            version: '1.0',
            minimumVersion: '1.0',
            supportedConnectionTypes: [KIND],
            advice: { timeout: HELD_MS, interval: 0 },
          },
        ],
        readTimeoutMs(),
      ),

    /** Publish `data`, and hear at once what waits. */
    publish: (data: Json): Promise<Came> =>
      send('', [{ channel, clientId, data }, connecting({ timeout: 0 })], readTimeoutMs()),

    /** Wait until something is pushed, or the server has nothing to tell. */
    connect: (): Promise<Came> => send('connect', [connecting()], heldMs + GRACE_MS),

    /** Be forgotten; nobody waits for it. */
    leave() {
      if (clientId) post('disconnect', [numbered({ channel: DISCONNECT, clientId })], readTimeoutMs())
      clientId = ''
    },
  }
  return bayeux
}

/** The messages of a body; nothing when it is none of a Bayeux server. */
export function messagesIn(value: unknown): Json[] | undefined {
  const messages = objectsOf(value)
  return messages.length && messages.every((one) => at(objectOf(one), 'channel')) ? messages : undefined
}
