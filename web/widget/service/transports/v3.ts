// Chat API v3 over HTTP, as a visitor's side speaks it: chat-api-v3. A file of its own, for sites that configure it.
//
// The server keeps one place in the transcript for all tabs of a site. Each of ours says what it has instead, so none
// takes anything from another.

import type { Answer, Credentials, Json, Supports } from '../../../shared/transport'
import type { Options } from '../options'
import type { Protocol } from '../protocol'
import { exchange, type Sending, uploading } from './http'
import { without } from './lacking'
import { type Asked, v3AnswerOf, withToken } from './v3answers'
import { v3Keeping } from './v3keeping'
import { refine, startRequest, type V3Options } from './v3options'

export { refine, startRequest, v3Keeping as keeping }

const SUPPORTS: Supports = {
  polling: true,
  pollExceptions: false,
  customNotice: false,
  userData: true,
  fileUpload: true,
  fileDownload: false,
  fileLimits: false,
  verify: true,
  pagination: true,
}
const ALL = 10_000
const TYPES: Record<string, string> = { text: 'Text' }

export const nobody: Credentials = withToken('')

/** No two requests have the same; it is no secret. */
const operationId = () => `${Date.now().toString(16)}-${Math.random().toString(16).slice(2)}`

export const create: Protocol['create'] = (readAny) => {
  const read = readAny as () => Options & V3Options // Those of `refine`.
  let failures = 0
  let begunId = '' // Of this session the server knows by itself that we have nothing yet.

  const ask = async (
    session: Credentials,
    path: string,
    asked: Asked,
    sending: Partial<Sending> & { json?: object } = {},
  ): Promise<Answer> => {
    const { dataUrl, headers, keepsCookies, ajaxTimeoutMs } = read()
    const { token } = session.extra ?? {}
    const { json, ...rest } = sending
    const reply = await exchange({
      url: dataUrl.replace(/\/+$/, '') + path,
      headers: {
        ...headers,
        ...(token && { 'x-nexus-client-key': token }),
        ...(json && { 'content-type': 'application/json' }),
      },
      timeoutMs: ajaxTimeoutMs,
      keepsCookies,
      ...(json && { body: JSON.stringify({ ...json, operationId: operationId() }) }),
      ...rest,
    })
    return v3AnswerOf(reply, session, asked)
  }
  const place = ({ sessionId }: Credentials, what: string) => `/${encodeURIComponent(sessionId)}/${what}`
  const post = (session: Credentials, type: string, text: string) =>
    ask(session, place(session, 'messages'), 'do', { json: { data: { type, text } } })
  const readMessages = (session: Credentials, query: Record<string, number>) => {
    const text = Object.entries({ ...query, operationId: operationId() }).map((pair) => pair.join('='))
    return ask(session, place(session, `messages?${text.join('&')}`), 'read', { method: 'GET' })
  }
  const begin = (session: Credentials, asked: Asked, data: Json) => {
    const { endpoint, labels } = read()
    return ask(session, '', asked, { json: { data: { ...data, ...labels, ...(endpoint && { endpoint }) } } })
  }
  /** The pause before the next poll, which grows while they fail. */
  const paced = (answer: Answer): Answer => {
    const { cadence, slowdown } = read()
    failures = answer.outcome === 'done' ? 0 : failures + (answer.outcome === 'later' ? 0 : 1)
    const pauseS = (cadence.fastestMs * slowdown ** failures) / 1000
    return failures ? { ...answer, retryAfterS: Math.max(answer.retryAfterS ?? 0, pauseS) } : answer
  }
  /** The newest events of a chat that the visitor comes back to. */
  const resumed = async (session: Credentials, count: number): Promise<Answer> => {
    const begun = await begin(session, 'resume', {})
    if (begun.outcome !== 'done' || !begun.credentials) return begun
    return readMessages(begun.credentials, { count })
  }

  return {
    ...without('notice', 'pushUrl', 'updateNickname', 'readReceipt', 'fileLimits', 'download', 'deleteFile'),
    ...without('readUserData', 'deleteUserData'),
    supports: SUPPORTS,
    async start(request) {
      // An empty address or subject is none.
      const data = Object.entries(request).filter(
        ([name, value]) => value !== '' || !/email|subject/.test(name),
      )
      const answer = await begin(nobody, 'start', Object.fromEntries(data))
      begunId = answer.credentials?.sessionId ?? ''
      return answer.outcome === 'done' && !answer.credentials?.sessionId
        ? { ...answer, outcome: 'refused' }
        : answer
    },
    async refresh(session, position) {
      if (position < 0) return resumed(session, -position)
      const known = session.sessionId === begunId ? {} : { count: ALL }
      if (position > 1) begunId = ''
      return paced(await readMessages(session, position > 1 ? { index: position - 1 } : known))
    },
    send: (session, text, { messageType = 'text' } = {}) =>
      post(session, TYPES[messageType] ?? messageType, text),
    type: (session, { isTyping, preview }) =>
      post(session, isTyping ? 'TypingStarted' : 'TypingStopped', preview),
    updateUserData: (session, data) =>
      ask(session, place(session, 'userdata'), 'do', { method: 'PUT', json: { data } }),
    disconnect: (session) =>
      ask(session, place(session, `participants/${session.extra?.['participantId']}`), 'do', {
        method: 'DELETE',
        json: {},
      }),
    upload(session, file, { onProgress, signal } = {}) {
      const body = new FormData()
      body.append('file', file, file.name)
      body.append('operationId', operationId())
      const prepare = (request: XMLHttpRequest) => uploading(request, onProgress, signal)
      const { uploadTimeoutMs } = read()
      return ask(session, place(session, 'images'), 'do', { body, prepare, timeoutMs: uploadTimeoutMs })
    },
    history: (session, newest, count) => readMessages(session, { index: newest, count }),
    close() {},
  }
}
