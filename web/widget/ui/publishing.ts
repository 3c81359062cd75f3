// Tells pages of every line that is put before the visitor.

import type { Plugin } from '../../shared/types'
import type { Core } from '../core/start'
import type { Line } from './lines'
import { nameOf, readerName, wordsOf } from './names'
import { ignore } from './parts'
import type { Chat } from './state'

const ADDED = 'messageAdded'

const told = new WeakSet<object>()

interface Added {
  readonly html: Node
  readonly prevMessageHTML: Node | null | undefined
}

/**
 * `plugin`, whose `messageAdded` carries jQuery objects, as sites expect it: with the first one that somebody listens to,
 * jQuery is fetched, and all that the plugin tells waits for it, in order.
 */
export function withWrapping(plugin: Plugin, core: Core): Plugin {
  let held: (() => void)[] | undefined
  const bring = () => core.compatibility().catch(ignore) // Without it, pages get the plain nodes.
  const wrapped = ({ html, prevMessageHTML: before, ...data }: Added) => ({
    ...data,
    html: core.wrap(html),
    prevMessageHTML: before ? core.wrap(before) : undefined,
  })
  return {
    ...plugin,
    publish(event, data) {
      const tell = () => plugin.publish(event, event === ADDED ? wrapped(data as Added) : data)
      if (held) return held.push(tell) > 0
      // It is on its way while the visitor fills in the form.
      const isAbout = event === 'opened' || event === ADDED
      const coming = isAbout && plugin.subscribers()[`WebChat.${ADDED}`] && bring()
      if (!coming || event !== ADDED) return tell()
      held = [tell]
      coming.then(() => {
        for (const each of held ?? []) each()
        held = undefined
      })
      return true
    },
  }
}

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
  chat.plugin.publish(ADDED, {
    data,
    message: data,
    originalMessage: line.original,
    html: node,
    transcript: node.closest('.cx-transcript'),
    index: line.index,
    id: node.id,
    prevMessageHTML:
      node.previousElementSibling ?? node.parentElement?.previousElementSibling?.lastElementChild,
  } satisfies Added & Record<string, unknown>)
  if (!line.isRestored && author !== 'Client')
    chat.speak(`${readerName(chat, line)}: ${file?.name ?? (text || node.textContent)}`)
}
