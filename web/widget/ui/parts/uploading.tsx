/** @jsxImportSource ../jsx */
// Files from the visitor: what may be sent, how it is chosen, how far it is.

import type { Options } from '../../../shared/types'
import { iconButton, wordButton } from '../controls'
import { sizeOf } from '../formats'
import type { Child } from '../jsx/jsx-runtime'
import type { Said } from '../lines'
import { number } from '../options'
import type { Chat, State } from '../state'
import style from './uploading.css?inline'

export { style }

/** Ask the server what may be sent. */
export function takeLimits(chat: Chat): void {
  chat.service<{ messages?: Said[] }>('getFileLimits').done(({ messages = [] }) => {
    const data: Options = Object.assign({}, ...messages.map(({ userData }) => userData))
    const types = `${data['upload-file-types'] ?? ''}`.split(':').filter(Boolean)
    chat.set({
      limits: {
        types: types.map((it) => `.${it}`).join(','),
        bytesMax: number(Number(data['upload-max-file-size'] || Number.NaN), Number.POSITIVE_INFINITY),
        needsAgent: `${data['upload-need-agent']}` === 'true',
      },
    })
  })
}

/** Send files, one after the other. */
async function pick(chat: Chat, files: Iterable<File>): Promise<void> {
  for (const file of files) await upload(chat, file)
}

/** The files of a paste or a drop are sent; other things take their way. */
export function take(chat: Chat, event: Event, given: DataTransfer | null): void {
  if (!given?.files.length) return
  event.preventDefault()
  pick(chat, [...given.files])
}

async function upload(chat: Chat, file: File): Promise<void> {
  const { bytesMax } = chat.state.limits
  const names = { FilenameFull: file.name, FilenameTruncated: truncated(file.name) }
  const fail = (code: string, more = {}) =>
    chat.ask('file', chat.error(code, { ...names, ...more }), [['FileTransferError']])
  if (file.size > bytesMax) {
    const size = sizeOf(bytesMax)
    return fail('FileTransferSizeError', { MaxSizePerFile: size, MaxAttachmentsSize: size })
  }
  const aborter = new AbortController()
  const { signal } = aborter
  const show = (part: number) =>
    chat.set({ upload: { name: file.name, part, cancel: () => aborter.abort() } })
  const onProgress = (sentBytes: number, allBytes: number) => show(allBytes ? sentBytes / allBytes : 0)
  show(0)
  try {
    await chat.service('sendFile', { files: file, onProgress, signal })
  } catch (reason) {
    if (!signal.aborted) failed(chat, reason as Options, fail, () => upload(chat, file), names)
  } finally {
    chat.set({ upload: undefined })
  }
}

function failed(
  chat: Chat,
  reason: Options | undefined,
  fail: (code: string) => void,
  again: () => void,
  names: Record<string, string>,
): void {
  const { status, responseJSON, errors } = reason ?? {}
  const listed = errors ?? (responseJSON as Options | undefined)?.['errors']
  const code = (listed as { code?: string }[] | undefined)?.[0]?.code
  chat.takeBack('error') // The service publishes it as well, without the name of the file.
  if (status || code) fail(code && chat.error(code) ? code : 'FileSendFailed')
  else
    chat.ask('file', chat.error('FileSendFailed', names), [
      ['FileTransferCancel'],
      ['FileTransferRetry', again],
    ])
}

/** A name of which the middle is left out when it is long. */
const truncated = (name: string, max = 36): string =>
  name.length > max ? `${name.slice(0, max / 2 - 1)}…${name.slice(1 - max / 2)}` : name

/** The button that lets a visitor choose files. */
export function attachView(chat: Chat, isOff: boolean): Child {
  const label = chat.say('AriaActionsSendFileTitle')
  const browse = () => chat.host.querySelector<HTMLElement>('#cx_browse_file')?.click()
  const chosen = ({ currentTarget }: Event) => {
    const field = currentTarget as HTMLInputElement
    pick(chat, [...(field.files ?? [])])
    field.value = ''
  }
  return (
    <li>
      {iconButton('attach', 'cx-upload', label, browse, {
        title: chat.say('ActionsSendFile'),
        disabled: isOff,
      })}
      <input
        id="cx_browse_file"
        class="cx-browseFile"
        type="file"
        hidden={true}
        accept={chat.state.limits.types}
        aria-label={label}
        onChange={chosen}
      />
    </li>
  )
}

/** How far a file is, and the way to stop it. */
export const uploadView = (chat: Chat, { name, part, cancel }: NonNullable<State['upload']>): Child => (
  <div class="cx-uploading">
    <span class="cx-filename">{name}</span>
    <progress value={part || undefined} aria-label={name} />
    {wordButton(chat, 'FileTransferCancel', '', cancel)}
  </div>
)
