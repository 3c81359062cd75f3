// Chat API v2 over HTTP, as a visitor's side speaks it: chat-api-v2, sections 2 to 16. Its twin is
// src/frontdesk/client/v2.py.

import type { Answer, Credentials, Json, Supports, Transport, UploadOptions } from '../../../shared/transport'
import { encodeForm } from './form'
import { answerOf, unreachable } from './v2answers'

/** Where the service is and how it is asked; read anew for each request. */
export interface V2Options {
  /** For instance `https://chat.example/genesys/2/chat/support`. */
  readonly dataUrl: string
  /** Go out with every request. */
  readonly headers: Readonly<Record<string, string>>
  /** Whether cookies of the server's site go along. */
  readonly keepsCookies: boolean
  readonly endpoint: string | undefined
  /** Bounds each request but uploads and downloads; 0 is no bound. */
  readonly ajaxTimeoutMs: number
  readonly uploadTimeoutMs: number
}

interface Exchange {
  readonly body: XMLHttpRequestBodyInit
  readonly isFile?: boolean
  readonly isUpload?: boolean
  readonly options?: UploadOptions
}

const URLENCODED = 'application/x-www-form-urlencoded'
const NOBODY: Credentials = { sessionId: '', secureKey: '', userId: '', alias: '' }

const proof = ({ alias, secureKey, userId }: Credentials) => ({ alias, secureKey, userId })

const attributed = (attributes?: Json) => attributes && { eventAttributes: JSON.stringify(attributes) }

const FEATURES = 'polling customNotice userData fileUpload fileDownload fileLimits verify pagination'
const EVERYTHING = Object.fromEntries(FEATURES.split(' ').map((name) => [name, true])) as unknown as Supports

/** The bodies of calls that are no urlencoded forms. */
function parts(session: Credentials, file?: File, description?: string): FormData {
  const form = new FormData()
  if (file) form.append('file', file, file.name)
  if (description) form.append('userData[file-description]', description)
  for (const [name, value] of Object.entries(proof(session))) form.append(name, value)
  return form
}

/** A chat service, asked by `XMLHttpRequest`: the one way to know how far an upload is. */
export function createV2(read: () => V2Options): Transport {
  const post = (session: Credentials, path: string, exchange: Exchange): Promise<Answer> => {
    const options = read()
    const { isFile, isUpload, body } = exchange
    const { onProgress, signal } = exchange.options ?? {}
    const request = new XMLHttpRequest()
    const root = `${options.dataUrl.replace(/\/+$/, '')}/`
    return new Promise((resolve) => {
      const fail = (event: ProgressEvent) => resolve(unreachable(event.type))
      request.onerror = request.ontimeout = request.onabort = fail
      request.onload = async () => {
        const { status, statusText, response } = request
        if (isFile && status >= 200 && status < 300)
          return resolve({ outcome: 'done', status, response: {}, events: [], faults: [], content: response })
        const text = isFile ? await response.text() : response
        // Asking for one header that is not shown to us would be an error in the console.
        const retryAfter = /^retry-after: *(.+)$/im.exec(request.getAllResponseHeaders())?.[1]
        return resolve(answerOf({ status, statusText, text, retryAfter }, session))
      }
      if (onProgress) request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
      signal?.addEventListener('abort', () => request.abort())
      try {
        request.open('POST', root + path)
        request.timeout = isUpload || isFile ? options.uploadTimeoutMs : options.ajaxTimeoutMs
        request.withCredentials = options.keepsCookies
        request.responseType = isFile ? 'blob' : 'text'
        for (const [name, value] of Object.entries(options.headers)) request.setRequestHeader(name, value)
        // Without a charset, which some gateways do not expect.
        if (body instanceof URLSearchParams) request.setRequestHeader('content-type', URLENCODED)
        request.send(body)
        if (signal?.aborted) request.abort()
      } catch (error) {
        resolve(unreachable(String(error))) // An address or a header that is none.
      }
    })
  }
  const pathOf = (session: Credentials, operation: string) =>
    `${encodeURIComponent(session.sessionId)}/${operation}`
  const ask = (session: Credentials, operation: string, fields: object = {}) =>
    post(session, pathOf(session, operation), { body: encodeForm({ ...proof(session), ...fields }) })

  return {
    supports: EVERYTHING,
    start({ nickname, firstName, lastName, email, subject, text, userData }) {
      const { endpoint } = read()
      const fields = { nickname, firstName, lastName, emailAddress: email, subject, text, userData }
      const where = endpoint === undefined ? {} : { endpoint }
      return post(NOBODY, '', { body: encodeForm({ ...proof(NOBODY), ...fields, ...where }) })
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
    notice: (session, text, attributes) =>
      ask(session, 'customNotice', {
        ...(text !== undefined && { message: text }),
        ...attributed(attributes),
      }),
    updateUserData: (session, userData) => ask(session, 'updateData', { userData }),
    pushUrl: (session, pushUrl) => ask(session, 'pushUrl', { pushUrl }),
    updateNickname: (session, nickname) => ask(session, 'updateNickname', { nickname }),
    readReceipt: (session, position) => ask(session, 'readReceipt', { transcriptPosition: position }),
    disconnect: (session) => ask(session, 'disconnect'),
    fileLimits: (session) => post(session, pathOf(session, 'file/limits'), { body: parts(session) }),
    upload: (session, file, options = {}) =>
      post(session, pathOf(session, 'file'), {
        body: parts(session, file, options.description),
        isUpload: true,
        options,
      }),
    download: (session, fileId) =>
      post(session, pathOf(session, `file/${encodeURIComponent(fileId)}/download`), {
        body: parts(session),
        isFile: true,
      }),
    deleteFile: (session, fileId) => ask(session, `file/${encodeURIComponent(fileId)}/delete`),
    readUserData: (session, keys) => ask(session, 'userData/read', { keys }),
    deleteUserData: (session, keys) => ask(session, 'userData/delete', { keys }),
    close() {},
  }
}
