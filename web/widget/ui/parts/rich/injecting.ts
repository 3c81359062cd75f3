// Messages that a page puts into the transcript.

import type { Options } from '../../../../shared/types'
import { element } from '../../../core/nodes'
import type { Bubble, Line } from '../../lines'
import type { Chat } from '../../state'
import { sanitised } from './markup'

const PLAIN: Bubble = { direction: 'none', radius: 10, avatar: false }

let injected = 0

/** Add a line of the page's own; its node, as sites expect it. */
export function injectMessage(chat: Chat, data: Options): unknown {
  const { isOpen, isActive, isEnded, lines } = chat.state
  if (!isOpen || !(isActive || isEnded)) throw 'No chat session to inject into.'
  const { name = '', text = '', custom, bubble } = data
  const node = nodeOfLine(chat, data)
  const line: Line = {
    index: `injected-${++injected}`,
    kind: 'injected',
    author: 'injected',
    group: `injected${name}`,
    name: `${name}`,
    text: typeof text === 'string' ? text : '',
    at: Date.now(),
    ...(custom !== true && { bubble: { ...PLAIN, ...(bubble as Bubble) } }),
    ...(node && { node }),
  }
  chat.set({ lines: [...lines, line] })
  chat.draw()
  const shown = chat.host.querySelector(`#cx-chat-index-${line.index}`)
  return shown ? chat.core.wrap(shown) : undefined
}

/** What stands in place of plain words. */
function nodeOfLine({ core }: Chat, { type = 'text', text = '', custom }: Options): Node | undefined {
  if (typeof text !== 'string') return core.nodeOf(text)
  if (type !== 'text') return element('div', '', sanitised(text))
  return custom === true ? element('div', '', text) : undefined
}
