/** @jsxImportSource ../jsx */
// One's own words while they are on their way, and when they did not get there: `extras.echo`. Those that did not are
// kept in the tab, so that a reload loses none.

import type { Child } from '../jsx/jsx-runtime'
import type { Line } from '../lines'
import type { Chat, State } from '../state'
import style from './echo.css?inline'

export { style }

const KEPT = '_genesys.widgets.webchat.unsent'

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
    after: newestOf(chat.state.lines),
  }
  chat.set({ lines: [...chat.state.lines, line] })
  return () =>
    chat.set({ lines: chat.state.lines.map((it) => (it.index === index ? { ...it, status: 'failed' } : it)) })
}

/** The lines without those that have come back from the server. */
export function withoutEchoes(lines: readonly Line[], fresh: readonly Line[]): readonly Line[] {
  let left = lines
  for (const { author, text, index } of fresh) {
    const isLater = ({ after = 0 }: Line) => Number(index) > after
    const echo = author === 'Client' && left.find((it) => it.status && it.text === text && isLater(it))
    if (echo) left = left.filter((it) => it !== echo)
  }
  return left
}

/** The number of the newest line that came from the server. */
const newestOf = (lines: readonly Line[]): number =>
  Math.max(0, ...lines.map(({ index }) => Number(index) || 0))

/** Keep words that did not get there for the next page, and take up those of the page before. */
export function watch(chat: Chat): void {
  let unsent = kept()
  const look = (before?: State) => {
    const { lines, isActive } = chat.state
    if (before?.isActive && !isActive) return over(chat)
    if (!isActive) return
    if (unsent.length && lines.some(({ isRestored }) => isRestored)) {
      const back = withoutEchoes(unsent, lines)
      unsent = []
      chat.set({ lines: [...lines, ...back] })
    } else if (before && before.lines !== lines) keep(lines.filter(({ status }) => status))
  }
  chat.watch(look)
  look()
}

/** After the end nothing can be sent any more. */
function over(chat: Chat): void {
  keep([])
  const fail = (line: Line): Line => (line.status ? { ...line, status: 'failed' } : line)
  if (chat.state.lines.some(({ status }) => status)) chat.set({ lines: chat.state.lines.map(fail) })
}

function keep(lines: readonly Line[]): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(lines))
  } catch {
    // The page may not keep anything: a reload forgets.
  }
}

/** Whether words that were on their way when the page went got there, only the server knows. */
function kept(): Line[] {
  try {
    const lines: Line[] = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]')
    return lines.map((line) => ({ ...line, index: `sending-${++sent}`, status: 'failed' }))
  } catch {
    return []
  }
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
      {chat.state.isActive && (
        <button type="button" class="cx-retry" aria-label={chat.label('FileTransferRetry')} onClick={retry}>
          {chat.say('FileTransferRetry')}
        </button>
      )}
    </div>
  )
}
