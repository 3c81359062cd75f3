/** @jsxImportSource ./jsx */
// One line of the transcript: somebody's words, or what happened.

import { isRich } from './content'
import { raw } from './controls'
import { clock } from './formats'
import type { Child } from './jsx/jsx-runtime'
import type { Line } from './lines'
import { linkified } from './links'
import { nameOf, readerName, wordsOf } from './names'
import { here } from './parts'
import { published } from './publishing'
import type { Chat, State } from './state'

const ICONS: Record<string, string> = { Client: 'user', Bot: 'bot' }

interface Kept {
  readonly words: State['words']
  readonly timeFormat: number
  readonly isNewest: boolean
  readonly view: Child
}

// Long transcripts are drawn again with every key that is pressed: what is the same is not made again.
const kept = new WeakMap<Line, Kept>()

export function messageView(chat: Chat, line: Line, isNewest: boolean): Child {
  const { words, timeFormat } = chat.state
  const was = kept.get(line)
  if (
    was?.words === words &&
    was.timeFormat === timeFormat &&
    was.isNewest === isNewest &&
    !line.isStructured &&
    !line.file
  )
    return was.view
  const view = draw(chat, line, isNewest)
  kept.set(line, { words, timeFormat, isNewest, view })
  return view
}

function draw(chat: Chat, line: Line, isNewest: boolean): Child {
  const { author, bubble = {}, index, kind, status, at } = line
  const words = wordsOf(chat, line)
  const message = (name: string, inside: Child, more = {}) => (
    <div
      key={index}
      id={`cx-chat-index-${index}`}
      class={`cx-message ${name}`}
      tabIndex={-1}
      drawn={(node: HTMLElement) => published(chat, line, node)}
      {...more}
    >
      {inside}
    </div>
  )
  if (kind === 'system') return message('cx-system i18n', words, { 'data-message': words })
  if (kind === 'injected' && !line.bubble) return message('cx-injected', raw(line.node))
  const isOwn = author === 'Client' || bubble.direction === 'right'
  const side = isOwn ? 'cx-you' : bubble.direction === 'none' ? '' : 'cx-them'
  const person = `cx-${author} cx-${author.toLowerCase()}`
  const look = { background: bubble.fill ?? '', borderRadius: lengthOf(bubble.radius) }
  return message(
    `cx-participant ${side} ${person} ${isNewest ? 'cx-NewTextBubble' : ''} ${status ? `cx-${status}` : ''}`,
    <>
      {!isOwn && bubble.avatar !== false && avatar(author, bubble.avatar?.custom)}
      <div class="cx-bubble" part="bubble" style={look}>
        {!isOwn && bubble.name !== false && (
          <div class="cx-name" aria-hidden="true">
            {nameOf(chat, line)}
          </div>
        )}
        <span class="aria-name">{readerName(chat, line)} </span>
        {line.node
          ? raw(line.node, 'cx-message-text')
          : (isRich(chat, line) && here.rich?.bodyView(chat, line)) || (
              <div class="cx-message-text">{linkified(line.file?.name ?? line.text)}</div>
            )}
        {bubble.time !== false && at > 0 && (
          <div class="cx-time">{clock(at, chat.state.timeFormat, chat.core.languages.current())}</div>
        )}
      </div>
      {status === 'failed' && here.echo?.failedView(chat, line)}
      {line.isStructured && here.rich?.richView(chat, line, isNewest)}
    </>,
  )
}

/** A length of a style, which a page may also give as a number of pixels. */
const lengthOf = (radius: number | string = ''): string =>
  typeof radius === 'number' ? `${radius}px` : radius

export function avatar(author: string, custom?: string): Child {
  const icon = ICONS[author] ?? 'agent'
  return (
    <div class="cx-avatar-wrapper" aria-hidden="true">
      <div class={`cx-avatar ${icon}`}>
        {custom && here.rich ? raw(here.rich.sanitised(custom)) : <span class="cx-icon" data-icon={icon} />}
      </div>
    </div>
  )
}
