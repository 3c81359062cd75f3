/** @jsxImportSource ../jsx */
// One's own words while they are on their way, and when they did not get there: `extras.echo`.

import type { Child } from '../jsx/jsx-runtime'
import type { Line } from '../lines'
import type { Chat } from '../state'
import style from './echo.css?inline'

export { style }

let sent = 0

/** Show words that are on their way; the server's line takes their place. Gives what says that they failed. */
export function echoed(chat: Chat, text: string): () => void {
  const index = `sending-${++sent}`
  const name = 'Client'
  const line: Line = {
    index,
    kind: 'message',
    author: name,
    group: name,
    name: '',
    text,
    at: Date.now(),
    status: 'sending',
  }
  chat.set({ lines: [...chat.state.lines, line] })
  return () =>
    chat.set({ lines: chat.state.lines.map((it) => (it.index === index ? { ...it, status: 'failed' } : it)) })
}

/** The lines without those that have come back from the server. */
export function withoutEchoes(lines: readonly Line[], fresh: readonly Line[]): readonly Line[] {
  let left = lines
  for (const { author, text } of fresh) {
    const echo = author === 'Client' && left.find((it) => it.status && it.text === text)
    if (echo) left = left.filter((it) => it !== echo)
  }
  return left
}

/** What stands below words that could not be sent. */
export function failedView(chat: Chat, line: Line): Child {
  const retry = () => {
    chat.set({ lines: chat.state.lines.filter(({ index }) => index !== line.index) })
    chat.tell(line.text)
  }
  return (
    <div class="cx-failure">
      {`${chat.error('MessageFailed')} `}
      <button type="button" class="cx-retry" onClick={retry}>
        {chat.say('FileTransferRetry')}
      </button>
    </div>
  )
}
