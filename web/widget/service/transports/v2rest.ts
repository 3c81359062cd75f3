// The calls of Chat API v2 that a plain chat does without: chat-api-v2, sections 9 to 16.

import type { Credentials, Transport, UploadOptions } from '../../../shared/transport'
import { uploading } from './http'
import { attributed, proof, type V2Parts } from './v2'

export type Rest = Pick<
  Transport,
  | 'notice'
  | 'pushUrl'
  | 'updateNickname'
  | 'readReceipt'
  | 'fileLimits'
  | 'upload'
  | 'download'
  | 'deleteFile'
  | 'readUserData'
  | 'deleteUserData'
>

/** The bodies of calls that are no urlencoded forms. */
function parts(session: Credentials, file?: File, description?: string): FormData {
  const form = new FormData()
  if (file) form.append('file', file, file.name)
  if (description) form.append('userData[file-description]', description)
  for (const [name, value] of Object.entries(proof(session))) form.append(name, value)
  return form
}

export function v2Rest({ read, post, ask }: V2Parts): Rest {
  /** An upload or a download takes as long as it takes. */
  const patient = (request: XMLHttpRequest) => {
    request.timeout = read().uploadTimeoutMs
  }
  const followed =
    ({ onProgress, signal }: UploadOptions) =>
    (request: XMLHttpRequest) => {
      patient(request)
      uploading(request, onProgress, signal)
    }
  return {
    notice: (session, text, attributes) =>
      ask(session, 'customNotice', {
        ...(text !== undefined && { message: text }),
        ...attributed(attributes),
      }),
    pushUrl: (session, pushUrl) => ask(session, 'pushUrl', { pushUrl }),
    updateNickname: (session, nickname) => ask(session, 'updateNickname', { nickname }),
    readReceipt: (session, position) => ask(session, 'readReceipt', { transcriptPosition: position }),
    fileLimits: (session) => post(session, 'file/limits', { body: parts(session) }),
    upload: (session, file, options = {}) =>
      post(session, 'file', { body: parts(session, file, options.description), prepare: followed(options) }),
    download: (session, fileId) =>
      post(session, `file/${encodeURIComponent(fileId)}/download`, {
        body: parts(session),
        isFile: true,
        prepare: patient,
      }),
    deleteFile: (session, fileId) => ask(session, `file/${encodeURIComponent(fileId)}/delete`),
    readUserData: (session, keys) => ask(session, 'userData/read', { keys }),
    deleteUserData: (session, keys) => ask(session, 'userData/delete', { keys }),
  }
}
