/** @jsxImportSource ../jsx */
// Messages that are more than words: Markdown, markup, files, and structured content of bots.

import { isMarkdown } from '../content'
import { raw, wordButton } from '../controls'
import { sizeOf } from '../formats'
import type { Child } from '../jsx/jsx-runtime'
import { type Line, withoutFile } from '../lines'
import { link, linkified } from '../links'
import type { Chat } from '../state'
import { markdown, safeUrl, sanitised } from './rich/markup'
import { type Item, richOf } from './rich/structured'
import style from './rich.css?inline'

export { injectMessage } from './rich/injecting'
export { hideOverlay, showOverlay } from './rich/overlaying'
export { sanitised, style }

/** What a bubble holds. */
export function bodyView(chat: Chat, line: Line): Child {
  const { file, isHtml, text, kind } = line
  if (file) return fileView(chat, line, file)
  if (isHtml) return raw(sanitised(text), 'cx-message-text')
  const isRead = kind === 'message' && isMarkdown(chat)
  return <div class="cx-message-text">{isRead ? markdown(text) : linkified(text)}</div>
}

function fileView(chat: Chat, { author, index }: Line, { id, name, size }: NonNullable<Line['file']>): Child {
  const load = () => chat.service('downloadFile', { fileId: id, fileName: name })
  const about = (words: string) => ({ fileid: id, 'aria-label': `${words}: ${name}` })
  return (
    <div class="cx-message-text cx-file-transfer-block">
      <span class="cx-filename">{name}</span>{' '}
      <span class="cx-filesize">{id ? sizeOf(size) : chat.say('FileDeleted')}</span>
      {id && (
        <div class="cx-button-group">
          {wordButton(chat, 'DownloadButton', 'cx-download-btn', load, about(chat.label('DownloadButton')))}
          {author === 'Client' &&
            chat.state.isActive &&
            wordButton(
              chat,
              'FileDelete',
              'cx-delete-btn',
              () => askToDelete(chat, index, id, name),
              about(chat.label('FileDelete')),
            )}
        </div>
      )}
    </div>
  )
}

/** One's own file goes for both sides, so there is a question first. The focus stays at its line. */
function askToDelete(chat: Chat, index: Line['index'], fileId: string, name: string): void {
  const remove = async () => {
    try {
      await chat.service('deleteFile', { fileId })
    } catch {
      // The service publishes the reason, for which there may be no words.
      if (!chat.state.alert) chat.ask('file', chat.error('Generic'))
      return
    }
    chat.set({ lines: withoutFile(chat.state.lines, fileId) })
    chat.draw()
    chat.host.querySelector<HTMLElement>(`#cx-chat-index-${index}`)?.focus()
    chat.speak(chat.say('FileDeleted'))
  }
  chat.ask('delete', chat.say('FileDeleteQuestion', { Filename: name }), [
    ['FileTransferCancel'],
    ['FileDelete', remove],
  ])
}

/** Structured content: what can be chosen sends its words. Quick replies go with the next message. */
export function richView(chat: Chat, line: Line, isNewest: boolean): Child {
  const { type, items } = richOf(line) ?? { type: '', items: [] }
  if (!items.length || (type === 'quick-replies' && !isNewest)) return undefined
  return <div class={`cx-rich cx-${type}`}>{items.map((item) => itemView(chat, line, type, item))}</div>
}

function itemView(chat: Chat, line: Line, type: string, item: Item): Child {
  const { title, desc, actions, components } = item
  const isImage = item.type === 'image'
  const image = safeUrl(item.image ?? (isImage ? item.url : undefined))
  const url = safeUrl(actions?.url ?? item.url)
  const words = item.text ?? title ?? ''
  const isList = type === 'single-selection-list'
  const isChoice = isList || /reply|button/.test(item.type ?? type)
  const reply = actions?.textback ?? (isChoice ? words : undefined)
  if (reply && !components)
    return (
      <button
        type="button"
        class="cx-btn cx-choice"
        aria-pressed={isList ? chosen(chat, line) === reply : undefined}
        disabled={!chat.state.isActive}
        onClick={() => chat.tell(reply, { parentMessageID: `${line.index}` })}
      >
        {image && <img src={image} alt="" />}
        {words}
        {desc && <small>{desc}</small>}
      </button>
    )
  if (url && !isImage && !components) return link(url, words || url, '_blank', 'cx-btn')
  return (
    <div class="cx-card">
      {image && <img src={image} alt={words} loading="lazy" />}
      {title && <strong>{title}</strong>}
      {desc && <p>{desc}</p>}
      {components?.map((it) => itemView(chat, line, type, it)) ?? (!title && linkified(words))}
    </div>
  )
}

/** What was chosen of a list: the visitor's first words after it that are one of its choices. */
function chosen(chat: Chat, line: Line): string | undefined {
  const { lines } = chat.state
  return lines.slice(lines.indexOf(line) + 1).find(({ author }) => author === 'Client')?.text
}
