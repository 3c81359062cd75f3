// Messages that a page puts into the transcript.

import type { Options } from '../../shared/types'
import { element, nodeOf } from '../core/nodes'
import type { Bubble, Line } from './lines'
import type { Chat } from './state'
import { sanitised } from './text'

export const NO_SESSION = 'No chat session to inject into.'

let injected = 0

/** Add a line of the page's own; its node, as sites expect it. */
export async function inject(chat: Chat, data: Options): Promise<unknown> {
  const { type = 'text', name = '', text = '', custom } = data
  const isPlain = type === 'text' && typeof text === 'string'
  const node = isPlain
    ? undefined
    : typeof text === 'string'
      ? element('div', '', sanitised(text))
      : nodeOf(text)
  const plain: Bubble = { direction: 'none', radius: 10, avatar: false }
  const line: Line = {
    index: `injected-${++injected}`,
    kind: 'injected',
    author: 'injected',
    group: `injected${name}`,
    name: `${name}`,
    text: typeof text === 'string' ? text : '',
    at: Date.now(),
    ...(custom !== true && { bubble: { ...plain, ...(data['bubble'] as Bubble) } }),
    ...(node && { node }),
    ...(custom === true && !node && { node: element('div', '', `${text}`) }),
  }
  chat.set({ lines: [...chat.state.lines, line] })
  chat.draw()
  const shown = chat.host.querySelector(`#cx-chat-index-${line.index}`)
  return shown ? chat.core.wrap(shown) : undefined
}
