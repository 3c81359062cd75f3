/** @jsxImportSource ./jsx */
// The transcript: groups of lines, the newest in view unless somebody reads what was before.

import { dots } from './controls'
import type { Child } from './jsx/jsx-runtime'
import { day, grouped, type Line } from './lines'
import { avatar, messageView } from './message'
import { part } from './parts'
import { type Chat, SHOWN_MAX } from './state'

const NEAR_PX = 48
const SETTLING_FRAMES = 3

/** Draws the transcript, and keeps what is read in view. */
export function createTranscript(chat: Chat): () => Child {
  let isFollowing = true
  let heightPx = 0
  let lines: readonly Line[] = []
  let shown = SHOWN_MAX

  // Groups out of view have a guessed height, and their own some frames after they come into view.
  const settle = (node: HTMLElement, frames = SETTLING_FRAMES) => {
    if (isFollowing) node.scrollTop = node.scrollHeight
    heightPx = node.scrollHeight
    if (isFollowing && frames) requestAnimationFrame(() => settle(node, frames - 1))
  }
  const drawn = (node: HTMLElement, isNew: boolean) => {
    const { state } = chat
    const last = state.lines.at(-1)
    // The window may be resized, by a software keyboard for one.
    if (isNew) new ResizeObserver(() => settle(node)).observe(node)
    if (isNew || (last !== lines.at(-1) && last?.author === 'Client')) isFollowing = true
    const isPrepended = state.lines[0] !== lines[0] || state.shown > shown
    if (isPrepended && !isFollowing) node.scrollTop += node.scrollHeight - heightPx
    if (isNew || lines !== state.lines || shown !== state.shown || state.typing.length) settle(node)
    lines = state.lines
    shown = state.shown
  }
  const scrolled = ({ currentTarget }: Event) => {
    const { scrollHeight, scrollTop, clientHeight } = currentTarget as HTMLElement
    const { state } = chat
    if (state.isMinimized) return
    isFollowing = scrollHeight - scrollTop - clientHeight < NEAR_PX
    if (isFollowing && state.shown > SHOWN_MAX) chat.set({ shown: SHOWN_MAX })
    if (scrollTop > NEAR_PX || isFollowing) return
    if (state.lines.length > state.shown) chat.set({ shown: state.shown + SHOWN_MAX / 2 })
    else if (state.isCut) chat.recall()
    else if (state.capabilities.pagination) chat.service('fetchHistory')
  }
  return () => (
    <div
      class="cx-transcript"
      part="transcript"
      role="log"
      aria-live="off"
      aria-label={chat.say('ChatTitle')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever scrolls with keys has to get here.
      tabIndex={0}
      onScroll={scrolled}
      drawn={drawn}
    >
      {groups(chat)}
      {chat.state.typing.map(({ id, name, type }) => (
        <div key={`typing ${id}`} class="cx-message cx-agent-typing cx-them" data-id={id}>
          {avatar(type)}
          <div class="cx-bubble">
            <span class="aria-name">{chat.say('AriaAgentTyping', { Agent: name })}</span>
            {dots()}
          </div>
        </div>
      ))}
    </div>
  )
}

/** The lines, with the days between them where a chat may last for days. */
function groups(chat: Chat): Child {
  const { lines, shown, capabilities } = chat.state
  const newest = lines.findLast(({ kind }) => kind !== 'system')
  const isDated = !!(capabilities.async || capabilities.pagination)
  let date = ''
  return grouped(lines.slice(-shown), isDated).map((group) => {
    const [first] = group
    const isNewDay = isDated && day(first.at) !== date
    date = day(first.at)
    return [
      isNewDay && (
        <div key={`day ${first.index}`} class="cx-date" data-date={date}>
          {part(chat, 'dates')?.dayName(chat, first.at)}
        </div>
      ),
      <div key={first.index} class="cx-message-group">
        {group.map((line) => messageView(chat, line, line === newest))}
      </div>,
    ]
  })
}
