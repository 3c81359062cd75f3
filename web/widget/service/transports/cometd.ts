// Chat API v2 over CometD, as a visitor's side speaks it: chat-api-v2, section 17. A file of its own, for sites that
// configure it.
//
// What the visitor does goes out by one client of the Bayeux server, and news come in by another: so an answer that a
// request brings is the answer to it, and what is pushed is news.

import type { Answer, Credentials, Json, Supports } from '../../../shared/transport'
import { objectOf, parsed, textOf } from '../json'
import type { Options } from '../options'
import type { Protocol } from '../protocol'
import { type Bayeux, type Came, createBayeux, messagesIn, type Post } from './bayeux'
import { createReceiver, follow } from './cometdfollowing'
import { exchange, type Sending, uploading } from './http'
import { without } from './lacking'
import { NOBODY, proof } from './v2'
import { answerOf, envelopeOf, unreachable } from './v2answers'

/** Options that only this protocol has. */
interface CometdOptions extends Options {
  readonly channel: string
  /** Where files go. */
  readonly filesUrl: string
}

const SUPPORTS: Supports = {
  polling: false,
  pollExceptions: false,
  customNotice: true,
  userData: true,
  fileUpload: true,
  fileDownload: true,
  fileLimits: true,
  verify: true,
  pagination: true,
}
const CHANNEL = '/service/chatV2/customer-support'
const LOOKS_MAX = 3 // An answer that does not come with the acknowledgement comes with one of the next connects.

/** The options as this protocol has them: where the server is, stands under `cometD`. */
export function refine(options: Options, config: object): CometdOptions {
  const { cometURL, apiURL, channel } = objectOf((config as Json)['cometD'])
  return {
    ...options,
    dataUrl: textOf(cometURL).replace(/\/+$/, ''),
    filesUrl: textOf(apiURL),
    channel: textOf(channel) || CHANNEL,
  }
}

export const create: Protocol['create'] = (readAny) => {
  const read = readAny as () => CometdOptions // Those of `refine`.
  let writer: Bayeux | undefined
  let follower: Bayeux | undefined // Has begun a chat, and is told its news already.
  let turn: Promise<unknown> = Promise.resolve()

  const post: Post = async (path, messages, timeoutMs) => {
    const { dataUrl, headers, keepsCookies } = read()
    const reply = await exchange({
      url: `${dataUrl}/${path}`,
      headers: { ...headers, 'content-type': 'application/json;charset=UTF-8' },
      body: JSON.stringify(messages),
      timeoutMs,
      keepsCookies,
    })
    if (!reply.status) return reply.statusText
    // An answer of another status, or without messages, is none: chat-api-v2, section 17.2.
    return (reply.status === 200 && messagesIn(parsed(reply.text))) || `status ${reply.status}`
  }
  const client = () => createBayeux(read().channel, post, () => read().ajaxTimeoutMs)

  const letGo = () => {
    writer?.leave()
    follower?.leave()
    writer = follower = undefined
  }
  /** Publish once more where the server had forgotten the client: what it does not know, it does not do. */
  const published = async (by: Bayeux, data: Json): Promise<Came> => {
    for (let tries = 0; ; tries++) {
      const shaken: Came = by.isKnown() ? { pushed: [] } : await by.handshake()
      if (shaken.lost || shaken.refused) return shaken
      const came = await by.publish(data)
      if (!came.isUnknown || tries) return came
    }
  }
  /** What an operation leads to: what is pushed to the one who asked, or that it is done. */
  const ask = async (by: Bayeux, session: Credentials, data: Json, isAnswered: boolean): Promise<Answer> => {
    const { sessionId: chatId } = session
    let came = await published(by, { ...data, chatId, ...proof(session) })
    for (let looks = 0; isAnswered && !came.pushed.length && !came.lost && !came.refused; looks++) {
      if (looks === LOOKS_MAX) return unreachable('timeout')
      came = await by.connect()
    }
    if (came.lost) return unreachable(came.lost)
    if (came.refused) return refused(came.refused)
    // Only what went wrong is pushed to who did not ask for an answer.
    const [envelope] = isAnswered ? came.pushed : came.pushed.filter(({ statusCode }) => statusCode !== 0)
    return envelopeOf(envelope ?? { statusCode: 0, messages: [] }, session)
  }
  /** One operation after the other, so that each has its own answer. */
  const inTurn = (session: Credentials, operation: string, data: Json = {}, isAnswered = false) => {
    const answer = turn.then(() => {
      writer ??= client()
      return ask(writer, session, { operation, ...data }, isAnswered)
    })
    turn = answer
    return answer
  }
  const files = async (
    session: Credentials,
    operation: string,
    { fields, ...sending }: Partial<Sending> & { fields?: Record<string, string | File> } = {},
  ) => {
    const { filesUrl, headers, keepsCookies, uploadTimeoutMs } = read()
    const body = new FormData()
    for (const [name, value] of Object.entries({ operation, ...proof(session), ...fields }))
      body.append(name, value)
    const reply = await exchange({
      url: filesUrl,
      headers,
      body,
      timeoutMs: uploadTimeoutMs,
      keepsCookies,
      ...sending,
    })
    return answerOf(reply, session)
  }

  return {
    ...without('readUserData', 'deleteUserData'),
    supports: SUPPORTS,
    async start({ email: emailAddress, ...fields }) {
      const { endpoint } = read()
      follower?.leave()
      follower = client()
      const answer = await ask(
        follower,
        NOBODY,
        { operation: 'requestChat', emailAddress, ...fields, ...(endpoint !== undefined && { endpoint }) },
        true,
      )
      if (answer.outcome !== 'done') letGo()
      return answer
    },
    refresh: (session, position, preview = '') =>
      inTurn(session, 'refresh', { transcriptPosition: position, message: preview }, true),
    follow(session, position, heard) {
      const by = follower ?? client()
      follower = undefined
      return follow(by, published, createReceiver(session, position, heard), heard)
    },
    send: (session, message, { messageType = 'text', attributes } = {}) =>
      inTurn(session, 'sendMessage', { message, messageType, ...attributed(attributes) }),
    type: (session, { isTyping, preview: message }) =>
      inTurn(session, isTyping ? 'startTyping' : 'stopTyping', { message }),
    notice: (session, message, attributes) =>
      inTurn(session, 'customNotice', {
        ...(message !== undefined && { message }),
        ...attributed(attributes),
      }),
    updateUserData: (session, userData) => inTurn(session, 'updateData', { userData }),
    pushUrl: (session, pushUrl) => inTurn(session, 'pushUrl', { pushUrl }),
    updateNickname: (session, nickname) => inTurn(session, 'updateNickname', { nickname }),
    readReceipt: (session, position) => inTurn(session, 'readReceipt', { transcriptPosition: position }),
    async disconnect(session) {
      const answer = await inTurn(session, 'disconnect')
      letGo()
      return answer
    },
    fileLimits: (session) => files(session, 'fileGetLimits'),
    upload(session, file, { description, onProgress, signal } = {}) {
      const prepare = (request: XMLHttpRequest) => uploading(request, onProgress, signal)
      const fields = { file, ...(description && { 'userData[file-description]': description }) }
      return files(session, 'fileUpload', { fields, prepare })
    },
    download: (session, fileId) => files(session, 'fileDownload', { fields: { fileId }, isFile: true }),
    deleteFile: (session, fileId) => files(session, 'fileDelete', { fields: { fileId } }),
    close: letGo,
  }
}

/** What goes with a message or a notice: over CometD it stays an object. */
const attributed = (attributes?: Json) => attributes && { eventAttributes: attributes }

/** The answer to what the Bayeux server itself would not take. */
const refused = (text: string): Answer => ({
  ...unreachable('abort'),
  faults: [{ code: text.split(':', 1)[0] ?? '', text }],
  response: { statusCode: 2, errors: [{ code: text.split(':', 1)[0], advice: text }] },
})
