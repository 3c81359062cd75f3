// What the visitor sends: words and files.

import type { Options } from '../../shared/types'
import { ask, notify, takeBack } from './alert'
import { sizeOf, truncated } from './formats'
import { lengthMax } from './input'
import type { Line } from './lines'
import { type Chat, errorText } from './state'

let sent = 0

/** Send what stands in the box. */
export function send(chat: Chat): void {
  const { draft, isActive, isLocked } = chat.state
  const text = [...draft.trim()].slice(0, lengthMax(chat)).join('')
  if (!text || !isActive || isLocked) return
  chat.set({ draft: '', isEmojiOpen: false })
  say(chat, text)
}

/** Send words; when that fails they come back, as a line to try again or into the box. */
export async function say(chat: Chat, text: string, options: Options = {}): Promise<void> {
  const echo = chat.options().extras?.echo ? echoed(chat, text) : undefined
  let isSent = false
  try {
    const response = await chat.service('sendMessage', { message: text, ...options })
    isSent = response?.['statusCode'] !== 1
  } catch {
    isSent = false // The service publishes the reason.
  }
  if (isSent || !chat.state.isActive) return
  if (echo) return change(chat, echo, { status: 'failed' })
  notify(chat, 'send', errorText(chat, 'MessageFailed') ?? '')
  if (!chat.state.draft) chat.set({ draft: text })
}

/** A line for words that are on their way; the server's line takes its place. */
function echoed(chat: Chat, text: string): number | string {
  const index = `sending-${++sent}`
  const line: Line = {
    index,
    kind: 'message',
    author: 'Client',
    group: 'Client',
    name: '',
    text,
    at: Date.now(),
    status: 'sending',
  }
  chat.set({ lines: [...chat.state.lines, line] })
  return index
}

function change(chat: Chat, index: number | string, to: Partial<Line>): void {
  chat.set({ lines: chat.state.lines.map((line) => (line.index === index ? { ...line, ...to } : line)) })
}

/** Send a line again that could not be sent. */
export function retry(chat: Chat, index: unknown): void {
  const line = chat.state.lines.find((it) => it.index === index && it.status === 'failed')
  if (!line) return
  chat.set({ lines: chat.state.lines.filter((it) => it !== line) })
  say(chat, line.text)
}

/** Send files, one after the other. */
export async function pick(chat: Chat, files: readonly File[]): Promise<void> {
  for (const file of files) await upload(chat, file)
}

async function upload(chat: Chat, file: File): Promise<void> {
  const { bytesMax } = chat.state.limits
  const names = { FilenameFull: file.name, FilenameTruncated: truncated(file.name) }
  const fail = (code: string, more = {}) =>
    notify(chat, 'file', errorText(chat, code, { ...names, ...more }) ?? '', undefined, 'FileTransferError')
  if (file.size > bytesMax) {
    const size = sizeOf(bytesMax)
    return fail('FileTransferSizeError', { MaxSizePerFile: size, MaxAttachmentsSize: size })
  }
  const aborter = new AbortController()
  const show = (part: number) =>
    chat.set({ upload: { name: file.name, part, cancel: () => aborter.abort() } })
  const onProgress = (sentBytes: number, allBytes: number) => show(allBytes ? sentBytes / allBytes : 0)
  show(0)
  try {
    await chat.service('sendFile', { files: file, onProgress, signal: aborter.signal })
  } catch (reason) {
    if (aborter.signal.aborted) return
    const { status, responseJSON, errors } = (reason ?? {}) as Options
    const listed = errors ?? (responseJSON as Options | undefined)?.['errors']
    const code = (listed as { code?: string }[] | undefined)?.[0]?.code
    takeBack(chat, 'error') // The service publishes it as well, without the name of the file.
    if (!status && !code)
      return ask(
        chat,
        'file',
        errorText(chat, 'FileSendFailed', names) ?? '',
        () => upload(chat, file),
        undefined,
        ['FileTransferCancel', 'FileTransferRetry'],
      )
    fail(code !== undefined && errorText(chat, code) ? `${code}` : 'FileSendFailed')
  } finally {
    chat.set({ upload: undefined })
  }
}
