// Chat API v2 over HTTP, as a visitor's side speaks it: chat-api-v2, sections 2 to 16. Its twin is
// src/frontdesk/client/v2.py.

import { once } from '../../../shared/once'
import type { Answer, Credentials, Json, Supports, Transport } from '../../../shared/transport'
import { encodeForm } from './form'
import { exchange } from './http'
import type * as SocketFile from './socket'
import { answerOf } from './v2answers'
import type * as RestFile from './v2rest'
import type { Rest } from './v2rest'

/** Where the service is and how it is asked; read anew for each request. */
export interface V2Options {
  /** For instance `https://chat.example/genesys/2/chat/support`. */
  readonly dataUrl: string
  /** Whether the site has chosen this protocol, and so wants nothing beside it. */
  readonly isChosen: boolean
  /** Go out with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Whether cookies of the server's site go along. */
  readonly keepsCookies: boolean
  readonly endpoint: string | undefined
  /** Bounds each request but uploads and downloads; 0 is no bound. */
  readonly ajaxTimeoutMs: number
  readonly uploadTimeoutMs: number
}

/** What is sent, and how the request differs from others. */
export interface Exchange {
  readonly body: XMLHttpRequestBodyInit
  /** Whether the answer is a file's bytes. */
  readonly isFile?: boolean
  /** Called before the request goes out. */
  readonly prepare?: (request: XMLHttpRequest) => void
}

/** What the calls of v2rest.ts are made of. */
export interface V2Parts {
  readonly read: () => V2Options
  /** Post to `operation` of a session. */
  readonly post: (session: Credentials, operation: string, exchange: Exchange) => Promise<Answer>
  /** Post a form. */
  readonly ask: (session: Credentials, operation: string, fields?: object) => Promise<Answer>
}

const URLENCODED = 'application/x-www-form-urlencoded'
/** The credentials of nobody. */
export const NOBODY: Credentials = { sessionId: '', secureKey: '', userId: '', alias: '' }

/** What proves that a session is ours. */
export const proof = ({ alias, secureKey, userId }: Credentials) => ({ alias, secureKey, userId })

/** What goes with a message or a notice, as the server wants it. */
export const attributed = (attributes?: Json) => attributes && { eventAttributes: JSON.stringify(attributes) }

const FEATURES =
  'polling pollExceptions customNotice userData fileUpload fileDownload fileLimits verify pagination'
const EVERYTHING = Object.fromEntries(FEATURES.split(' ').map((name) => [name, true])) as unknown as Supports

// Calls that a plain chat does without: they are in v2rest.ts.
const REST =
  'notice pushUrl updateNickname readReceipt fileLimits upload download deleteFile readUserData deleteUserData'

/**
 * A chat service over HTTP. `fetchRest` brings v2rest.ts; `fetchSocket` socket.ts, where the server has what can relieve
 * us of polls, and the site has not chosen to do without.
 */
export function createV2(
  read: () => V2Options,
  fetchRest: () => Promise<typeof RestFile>,
  fetchSocket: () => Promise<typeof SocketFile>,
): Transport {
  let hasSocket = false
  const request = async (
    path: string,
    session: Credentials,
    { body, isFile, prepare }: Exchange,
  ): Promise<Answer> => {
    const { dataUrl, headers, keepsCookies, ajaxTimeoutMs } = read()
    const reply = await exchange({
      url: `${dataUrl.replace(/\/+$/, '')}/${path}`,
      // Without a charset, which some gateways do not expect.
      headers: body instanceof URLSearchParams ? { ...headers, 'content-type': URLENCODED } : headers,
      timeoutMs: ajaxTimeoutMs,
      keepsCookies,
      body,
      isFile,
      prepare,
    })
    hasSocket ||= !!reply.hasSocket
    return answerOf(reply, session)
  }
  const post: V2Parts['post'] = (session, operation, exchange) =>
    request(`${encodeURIComponent(session.sessionId)}/${operation}`, session, exchange)
  const ask: V2Parts['ask'] = (session, operation, fields) =>
    post(session, operation, { body: encodeForm({ ...proof(session), ...fields }) })

  const parts = { read, post, ask }
  const rest = once(async () => (await fetchRest()).v2Rest(parts))
  const later =
    (name: keyof Rest) =>
    async (session: Credentials, ...given: never[]) =>
      ((await rest())[name] as (session: Credentials, ...given: never[]) => Promise<Answer>)(
        session,
        ...given,
      )
  const names = REST.split(' ') as (keyof Rest)[]

  const transport: Transport = {
    ...(Object.fromEntries(names.map((name) => [name, later(name)])) as unknown as Rest),
    supports: EVERYTHING,
    start({ email: emailAddress, ...fields }) {
      const { endpoint } = read()
      const where = endpoint === undefined ? {} : { endpoint }
      return request('', NOBODY, {
        body: encodeForm({ ...proof(NOBODY), emailAddress, ...fields, ...where }),
      })
    },
    refresh: (session, position, preview = '') =>
      ask(session, 'refresh', { transcriptPosition: position, message: preview }),
    send: (session, text, { messageType = 'text', attributes } = {}) =>
      ask(session, 'send', { message: text, messageType, ...attributed(attributes) }),
    type: (session, { isTyping, preview, position }) =>
      ask(session, isTyping ? 'startTyping' : 'stopTyping', {
        message: preview,
        transcriptPosition: position,
      }),
    updateUserData: (session, userData) => ask(session, 'updateData', { userData }),
    disconnect: (session) => ask(session, 'disconnect'),
    relieve(...given) {
      if (hasSocket && !read().isChosen)
        fetchSocket().then(
          (file) => file.begin(transport, parts, ...given),
          () => {}, // There are polls.
        )
    },
    close() {},
  }
  return transport
}
