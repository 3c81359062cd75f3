// Commands of WebChatService that move files: webchat-service, section 3; chat-api-v2, section 11.

import type { Answer, Json } from '../../shared/transport'
import type { Engine } from './engine'
import { isObject, objectOf, objectsOf, textOf } from './json'
import { isFine } from './outcomes'
import { NO_FILE } from './refusals'
import { Rejection } from './rejection'
import type { Commands } from './service'

/** The first file that `given` holds: a file, a file input, their list, or jQuery's list of one. */
function fileOf(given: unknown): File | undefined {
  if (given instanceof File) return given
  const { files, 0: first } = (given ?? {}) as { files?: FileList; 0?: unknown }
  return files || first ? fileOf(files?.[0] ?? first) : undefined
}

/** The response, with the name of the file it is about. */
function named({ outcome, response }: Answer, file: File): Json {
  const { name: filename } = file
  if (outcome === 'unreachable') return { ...response, errorReason: 'FileUploadError', filename, file }
  const withName = (body: Json): Json =>
    Array.isArray(body['errors'])
      ? { ...body, errors: objectsOf(body['errors']).map((error) => ({ ...error, filename })) }
      : body
  const { responseJSON } = response
  return isObject(responseJSON) ? { ...response, responseJSON: withName(responseJSON) } : withName(response)
}

/** Let the browser keep a file for the visitor. */
function saveAs(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // The browser may ask the visitor first.
}

export function fileCommands(engine: Engine): Commands {
  return {
    /** With `onProgress` to be told of progress, and `signal` to give up: `{files, onProgress?, signal?}`. */
    async sendFile(data, { deferred }) {
      const live = engine.require()
      const file = fileOf(data['files'])
      if (!file) throw new Rejection(NO_FILE)
      const signal = data['signal'] as AbortSignal | undefined
      const onProgress = (sentBytes: number, allBytes: number) => {
        deferred.notify({ sentBytes, allBytes })
        if (typeof data['onProgress'] === 'function') data['onProgress'](sentBytes, allBytes)
      }
      const description = textOf(data['description'])
      const answer = await engine.ask(
        (who) => engine.transport.upload(who, file, { description, onProgress, signal }),
        true,
      )
      if (engine.live === live) live.poller.hurry()
      if (isFine(answer)) return answer.response
      const response = named(answer, file)
      if (!signal?.aborted) engine.publish('error', response)
      throw new Rejection(response)
    },
    /** `fileName` is what the file is called on the visitor's side. */
    async downloadFile({ fileId, field, fileName }) {
      const id = textOf(fileId || field)
      const { content, response } = await engine.ask((who) => engine.transport.download(who, id))
      if (!content) throw new Rejection(response)
      saveAs(content, textOf(fileName) || nameOf(id))
    },
    deleteFile: ({ fileId }) =>
      engine.request((who) => engine.transport.deleteFile(who, textOf(fileId)), true),
    getFileLimits: () => engine.request((who) => engine.transport.fileLimits(who)),
  }

  /** What the transcript calls the file. */
  function nameOf(id: string): string {
    const details = engine.session?.messages.map((message) => objectOf(message['fileDetails']))
    return textOf(details?.find((one) => one['file-id'] === id)?.['file-name']) || id
  }
}
