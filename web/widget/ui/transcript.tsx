// The transcript: groups of lines, the newest in view unless somebody reads what was before.

import { Component, createRef } from 'preact'
import { dayName } from './formats'
import { day, grouped, type Line } from './lines'
import { Avatar, Message } from './message'
import { type Chat, SHOWN_MAX, type State } from './state'

const NEAR_PX = 48

interface Props {
  chat: Chat
  state: State
  added(line: Line, node: HTMLElement): void
}

export class Transcript extends Component<Props> {
  private readonly node = createRef<HTMLDivElement>()
  private isFollowing = true
  private heightPx = 0
  private resized: ResizeObserver | undefined

  override componentDidMount() {
    const { current } = this.node
    // The window may be resized, by a software keyboard for one.
    this.resized = new ResizeObserver(() => this.settle())
    if (current) this.resized.observe(current)
    this.settle()
  }

  override componentWillUnmount() {
    this.resized?.disconnect()
  }

  override componentDidUpdate(before: Props) {
    const { current } = this.node
    const { lines } = this.props.state
    const last = lines.at(-1)
    const isOwn = last !== before.state.lines.at(-1) && last?.author === 'Client'
    if (isOwn) this.isFollowing = true
    const isPrepended = lines[0] !== before.state.lines[0] || this.props.state.shown > before.state.shown
    if (current && isPrepended && !this.isFollowing) current.scrollTop += current.scrollHeight - this.heightPx
    this.settle()
  }

  private settle() {
    const { current } = this.node
    if (!current) return
    if (this.isFollowing) current.scrollTop = current.scrollHeight
    this.heightPx = current.scrollHeight
  }

  private scrolled = () => {
    const { current } = this.node
    const { chat, state } = this.props
    if (!current || state.isMinimized) return
    this.isFollowing = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_PX
    if (this.isFollowing && state.shown > SHOWN_MAX) chat.set({ shown: SHOWN_MAX })
    if (current.scrollTop > NEAR_PX || this.isFollowing) return
    if (state.lines.length > state.shown) chat.set({ shown: state.shown + SHOWN_MAX / 2 })
    else if (state.capabilities.pagination) chat.service('fetchHistory')
  }

  override render({ chat, state, added }: Props) {
    const { words, timeFormat, typing, capabilities, shown } = state
    const lines = state.lines.slice(-shown)
    const newest = state.lines.findLast(({ kind }) => kind !== 'system')
    const isDated = !!(capabilities.async || capabilities.pagination)
    let date = ''
    return (
      <div
        ref={this.node}
        class="cx-transcript"
        part="transcript"
        role="log"
        aria-live="off"
        aria-label={chat.say('ChatTitle')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever scrolls with keys has to get here.
        tabIndex={0}
        onScroll={this.scrolled}
      >
        {grouped(lines, isDated).map((group) => {
          const [first] = group
          if (!first) return null
          const isNewDay = isDated && day(first.at) !== date
          date = day(first.at)
          return [
            isNewDay && (
              <div key={`date ${date}`} class="cx-date" data-date={date}>
                {dayName(chat, first.at)}
              </div>
            ),
            <div key={first.index} class="cx-message-group">
              {group.map((line) => (
                <Message
                  key={line.index}
                  {...{ chat, line, words, timeFormat, added }}
                  isNewest={line === newest}
                />
              ))}
            </div>,
          ]
        })}
        {typing.map(({ id, name, type }) => (
          <div key={`typing ${id}`} class="cx-message cx-agent-typing cx-them" data-id={id}>
            <Avatar author={type} />
            <div class="cx-bubble">
              <span class="aria-name">{chat.say('AriaAgentTyping', { Agent: name })}</span>
              <span class="cx-dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
            </div>
          </div>
        ))}
      </div>
    )
  }
}
