// One line of the transcript: somebody's words, a file, or what happened.

import { Component, createRef } from 'preact'
import { clock, sizeOf } from './formats'
import type { Item, Line } from './lines'
import type { Chat, State } from './state'
import { linkified, markdown, Raw, safeUrl, sanitised } from './text'

interface Props {
  chat: Chat
  line: Line
  words: State['words']
  timeFormat: number
  isNewest: boolean
  added(line: Line, node: HTMLElement): void
}

const NAMES: Record<string, string> = {
  Agent: 'AgentNameDefault',
  Bot: 'BotNameDefault',
  Supervisor: 'SupervisorNameDefault',
}
const PERSONS: Record<string, string> = { Client: 'user', Bot: 'bot' }

/** The name of who a line is from. */
export const nameOf = (chat: Chat, { name, author }: Line): string =>
  name || (NAMES[author] ? chat.say(NAMES[author]) : '')

/** The words of a line in the current language. */
export function wordsOf(chat: Chat, line: Line): string {
  const name = nameOf(chat, line)
  return line.key ? chat.say(line.key, { Agent: name, Bot: name }) : line.text
}

/** What a reader says before the words of a line. */
export function readerName(chat: Chat, line: Line): string {
  if (line.author === 'Client' && line.kind !== 'system') return chat.say('AriaYouSaid')
  return line.kind === 'system' ? chat.say('AriaSystemSaid') : `${nameOf(chat, line)} ${chat.say('AriaSaid')}`
}

export class Message extends Component<Props> {
  private readonly node = createRef<HTMLDivElement>()

  override shouldComponentUpdate(next: Props) {
    const { line, words, timeFormat, isNewest } = this.props
    return (
      line !== next.line ||
      words !== next.words ||
      timeFormat !== next.timeFormat ||
      isNewest !== next.isNewest
    )
  }

  override componentDidMount() {
    const { added, line } = this.props
    if (this.node.current) added(line, this.node.current)
  }

  override render({ chat, line, isNewest, timeFormat }: Props) {
    const attributes = {
      ref: this.node,
      id: `cx-chat-index-${line.index}`,
      tabIndex: -1,
    }
    if (line.kind === 'system')
      return (
        <div {...attributes} class="cx-message cx-system i18n" data-message={wordsOf(chat, line)}>
          {wordsOf(chat, line)}
        </div>
      )
    if (line.kind === 'injected' && !line.bubble)
      return (
        <div {...attributes} class="cx-message cx-injected">
          <Raw node={line.node} />
        </div>
      )
    const { author, bubble = {} } = line
    const isOwn = author === 'Client' || bubble.direction === 'right'
    const side = isOwn ? 'cx-you' : bubble.direction === 'none' ? '' : `cx-them`
    const person = `cx-${author} cx-${author.toLowerCase()}`
    return (
      <div
        {...attributes}
        class={`cx-message cx-participant ${side} ${person} ${isNewest ? 'cx-NewTextBubble' : ''} ${line.status ? `cx-${line.status}` : ''}`}
      >
        {!isOwn && bubble.avatar !== false && <Avatar author={author} custom={bubble.avatar?.custom} />}
        <div
          class="cx-bubble"
          part="bubble"
          style={{
            ...(bubble.fill && { background: bubble.fill }),
            ...(bubble.radius !== undefined && { borderRadius: bubble.radius }),
          }}
        >
          {!isOwn && bubble.name !== false && (
            <div class="cx-name" aria-hidden="true">
              {nameOf(chat, line)}
            </div>
          )}
          <span class="aria-name">{readerName(chat, line)} </span>
          <Body chat={chat} line={line} />
          {bubble.time !== false && line.at > 0 && (
            <div class="cx-time">{clock(line.at, timeFormat, chat.core.languages.current())}</div>
          )}
        </div>
        {line.status === 'failed' && <Failed chat={chat} line={line} />}
        {line.rich && <Rich chat={chat} line={line} isNewest={isNewest} />}
      </div>
    )
  }
}

export function Avatar({ author, custom }: { author: string; custom?: string | undefined }) {
  return (
    <div class="cx-avatar-wrapper" aria-hidden="true">
      <div class={`cx-avatar ${PERSONS[author] ?? 'agent'}`}>
        {custom ? (
          <Raw node={sanitised(custom)} />
        ) : (
          <span class="cx-icon" data-icon={PERSONS[author] ?? 'agent'} />
        )}
      </div>
    </div>
  )
}

function Body({ chat, line }: { chat: Chat; line: Line }) {
  const { file } = line
  if (file)
    return (
      <div class="cx-message-text cx-file-transfer-block">
        <span class="cx-filename">{file.name}</span> <span class="cx-filesize">{sizeOf(file.size)}</span>
        {file.id && (
          <button
            type="button"
            class="cx-btn cx-download-btn"
            {...{ fileid: file.id }}
            aria-label={`${chat.label('DownloadButton')}: ${file.name}`}
            onClick={() => chat.service('downloadFile', { fileId: file.id, fileName: file.name })}
          >
            {chat.say('DownloadButton')}
          </button>
        )}
      </div>
    )
  if (line.node || line.isHtml)
    return <Raw class="cx-message-text" node={line.node ?? sanitised(line.text)} />
  const isMarkdown = chat.opened.markdown ?? chat.options().markdown
  return <div class="cx-message-text">{isMarkdown ? markdown(line.text) : linkified(line.text)}</div>
}

function Failed({ chat, line }: { chat: Chat; line: Line }) {
  return (
    <div class="cx-failure">
      {`${(chat.state.words['Errors'] as Record<string, string>)?.['MessageFailed'] ?? ''} `}
      <button type="button" class="cx-retry" onClick={() => chat.command('retry', { index: line.index })}>
        {chat.say('FileTransferRetry')}
      </button>
    </div>
  )
}

/** Structured content: what can be chosen sends its words. */
function Rich({ chat, line, isNewest }: { chat: Chat; line: Line; isNewest: boolean }) {
  const { type, items } = line.rich ?? { type: '', items: [] }
  const choose = (text: string) => chat.command('choose', { text, index: line.index })
  if (type === 'quick-replies' && !isNewest) return null
  const isList = type === 'single-selection-list'
  const draw = (item: Item): preact.ComponentChildren => {
    const image = safeUrl(item.image ?? (item.type === 'image' ? item.url : undefined))
    const url = safeUrl(item.actions?.url ?? item.url)
    const words = item.text ?? item.title ?? ''
    const reply =
      item.actions?.textback ?? (/reply|button/.test(item.type ?? type) || isList ? words : undefined)
    const inside = [
      image && <img src={image} alt={words} loading="lazy" />,
      item.title && <strong>{item.title}</strong>,
      item.desc && <p>{item.desc}</p>,
    ]
    if (item.components)
      return (
        <div class="cx-card">
          {inside}
          {item.components.map(draw)}
        </div>
      )
    if (reply)
      return (
        <button
          type="button"
          class="cx-btn cx-choice"
          aria-pressed={isList ? chosen(chat, line) === reply : undefined}
          disabled={!chat.state.isActive}
          onClick={() => choose(reply)}
        >
          {image && <img src={image} alt="" />}
          {words}
          {item.desc && <small>{item.desc}</small>}
        </button>
      )
    if (url && item.type !== 'image')
      return (
        <a class="cx-btn" href={url} target="_blank" rel="noopener noreferrer">
          {words || url}
        </a>
      )
    return (
      <div class="cx-card">
        {inside}
        {!item.title && linkified(words)}
      </div>
    )
  }
  return <div class={`cx-rich cx-${type}`}>{items.map(draw)}</div>
}

/** What was chosen of a list: the visitor's first words after it that are one of its choices. */
function chosen(chat: Chat, line: Line): string | undefined {
  const { lines } = chat.state
  return lines.slice(lines.indexOf(line) + 1).find(({ author }) => author === 'Client')?.text
}
