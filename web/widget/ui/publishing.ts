// Tells pages of every line that is put before the visitor.

import type { Line } from './lines'
import { nameOf, readerName, wordsOf } from './names'
import type { Chat } from './state'

const told = new WeakSet<object>()

/** Publish `messageAdded` for a line that has just come into the document, once. */
export function published(chat: Chat, line: Line, node: HTMLElement): void {
  const self = line.said ?? line
  if (line.status || told.has(self)) return
  told.add(self)
  const { file, author, kind } = line
  const text = wordsOf(chat, line)
  const data = {
    ...line.said,
    text,
    name: nameOf(chat, line),
    type: author,
    timestamp: line.at,
    index: line.index,
    bHTML: !!line.isHtml,
    bCustom: kind === 'injected' && !line.bubble,
    bubble: line.bubble,
    avatar: line.bubble?.avatar,
    originalMessage: line.original,
    restoring: !!line.isRestored,
    key: line.key,
    length: text.length,
    ...(file && { action: 'FileTransfer', filename: file.name, size: file.size, fileId: file.id }),
  }
  const before = node.previousElementSibling ?? node.parentElement?.previousElementSibling?.lastElementChild
  chat.plugin.publish('messageAdded', {
    data,
    message: data,
    originalMessage: line.original,
    html: chat.core.wrap(node),
    transcript: node.closest('.cx-transcript'),
    index: line.index,
    id: node.id,
    prevMessageHTML: before ? chat.core.wrap(before) : undefined,
  })
  if (!line.isRestored && author !== 'Client')
    chat.speak(`${readerName(chat, line)}: ${file?.name ?? (text || node.textContent)}`)
}
