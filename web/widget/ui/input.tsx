// Where the visitor writes: the box, what stands beside it, and the emoji.

import { Component, createRef } from 'preact'
import { number } from './options'
import type { Chat, State } from './state'
import { pick, send } from './writing'

const COUNT_WARNS_AT = 10
const ROWS_MAX = 11
const ROWS_MAX_MOBILE = 8
const EMOJI_PER_ROW = 8
const EMOJI: [string, string][] = [
  ['🙂', ''],
  ['👍', ''],
  ['🙁', ''],
]

interface Props {
  chat: Chat
  state: State
}

/** The emoji of the page, or of the language pack, or ours. */
function emojiOf(chat: Chat): [string, string][] {
  const list = chat.options().emojiList ?? chat.state.words['EmojiList']
  if (typeof list !== 'string' || !list) return EMOJI
  const pairs = list.split(';').filter(Boolean)
  return pairs.map((pair) => {
    const [face = '', name = ''] = pair.split(':')
    return [face.trim(), name.trim()]
  })
}

/** How many characters a message may have. */
export const lengthMax = (chat: Chat) => number(chat.options().maxMessageLength, 500)

export class Input extends Component<Props> {
  private readonly box = createRef<HTMLTextAreaElement>()
  private readonly browse = createRef<HTMLInputElement>()

  override componentDidMount() {
    const input = this.box.current
    this.props.chat.service('registerTypingPreviewInput', { input })
    this.fit()
  }

  override componentDidUpdate(before: Props) {
    const { state } = this.props
    if (state.draft !== before.state.draft || state.isMobile !== before.state.isMobile) this.fit()
  }

  /** As high as its text, up to a bound. */
  private fit() {
    const { current } = this.box
    if (!current) return
    current.style.height = 'auto'
    const rowPx = Number.parseFloat(getComputedStyle(current).lineHeight) || 22
    const rows = this.props.state.isMobile ? ROWS_MAX_MOBILE : ROWS_MAX
    const borderPx = current.offsetHeight - current.clientHeight
    current.style.height = `${Math.min(current.scrollHeight + borderPx, rows * rowPx + 20)}px`
  }

  private insert(text: string) {
    const { chat } = this.props
    const { current } = this.box
    if (!current || [...current.value].length + [...text].length > lengthMax(chat)) return
    current.setRangeText(text, current.selectionStart, current.selectionEnd, 'end')
    this.typed()
  }

  private typed = () => {
    const { chat } = this.props
    const draft = this.box.current?.value ?? ''
    chat.set({ draft })
    if (draft) chat.service('sendTyping', { message: draft })
  }

  private pressed = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return
    event.preventDefault()
    if (event.ctrlKey) this.insert('\n')
    else send(this.props.chat)
  }

  private pasted = (event: ClipboardEvent) => {
    const files = event.clipboardData?.files
    if (!files?.length || !this.canAttach) return
    event.preventDefault()
    pick(this.props.chat, [...files])
  }

  private get canAttach() {
    const { chat, state } = this.props
    const { capabilities, limits, hasAgent } = state
    const isAble = chat.options().uploadsEnabled === true && capabilities.fileUpload !== false
    return isAble && state.isActive && (!limits.needsAgent || hasAgent)
  }

  override render({ chat, state }: Props) {
    const { emojis, charCountEnabled } = chat.options()
    const { draft, isActive, isLocked, isEmojiOpen, isMobile } = state
    const left = lengthMax(chat) - [...draft].length
    const isOff = !isActive || isLocked
    const hasOwnList = emojiOf(chat) !== EMOJI
    const closeEmoji = () => {
      chat.set({ isEmojiOpen: false })
      chat.speak(chat.say('AriaEmojiStatusClose'))
      this.box.current?.focus()
    }
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped here can be chosen with the button, too.
      <div
        class={`cx-input-container ${isOff ? 'cx-disabled' : ''}`}
        onDragOver={(event) => this.canAttach && event.preventDefault()}
        onDrop={(event) => {
          if (!this.canAttach) return
          event.preventDefault()
          pick(chat, [...(event.dataTransfer?.files ?? [])])
        }}
      >
        {isEmojiOpen && (
          <EmojiMenu
            chat={chat}
            list={emojiOf(chat)}
            insert={(face) => this.insert(face)}
            close={closeEmoji}
          />
        )}
        <div class="cx-textarea-cell">
          <textarea
            ref={this.box}
            id="cx_input"
            part="input"
            class="cx-message-input cx-input i18n"
            data-message="ChatInputPlaceholder"
            data-message-type="placeholder"
            rows={1}
            maxLength={lengthMax(chat)}
            value={draft}
            placeholder={chat.say('ChatInputPlaceholder')}
            aria-label={chat.label('MessageInput')}
            disabled={isOff}
            tabIndex={isOff ? -1 : 0}
            onInput={this.typed}
            onKeyDown={this.pressed}
            onPaste={this.pasted}
          />
          <button
            type="button"
            class={`cx-send cx-icon ${draft.trim() ? '' : 'cx-empty'}`}
            part="send"
            data-icon="send"
            aria-label={chat.label('ChatInputSend')}
            title={chat.say('ChatInputSend')}
            disabled={isOff || !draft.trim()}
            onClick={() => send(chat)}
          />
        </div>
        <div class="cx-menu-cell">
          <ul class="cx-menu">
            {emojis === true && !(isMobile && hasOwnList) && (
              <li>
                <button
                  type="button"
                  class="cx-emoji cx-icon"
                  data-icon="emoji"
                  aria-label={chat.label('ActionsEmoji')}
                  title={chat.say('ActionsEmoji')}
                  aria-expanded={isEmojiOpen}
                  aria-haspopup="listbox"
                  disabled={isOff}
                  onClick={() => {
                    chat.set({ isEmojiOpen: !isEmojiOpen })
                    chat.speak(chat.say(isEmojiOpen ? 'AriaEmojiStatusClose' : 'AriaEmojiStatusOpen'))
                  }}
                />
              </li>
            )}
            {this.canAttach && (
              <li>
                <button
                  type="button"
                  class="cx-upload cx-icon"
                  data-icon="attach"
                  aria-label={chat.say('AriaActionsSendFileTitle')}
                  title={chat.say('ActionsSendFile')}
                  disabled={isOff}
                  onClick={() => this.browse.current?.click()}
                />
              </li>
            )}
            {charCountEnabled === true && isActive && (
              <li
                id="cx-charCount"
                class={`cx-char-count ${left <= COUNT_WARNS_AT ? 'cx-warning' : ''}`}
                aria-label={`${left} ${chat.say('AriaCharRemaining')}`}
              >
                {left}
              </li>
            )}
          </ul>
          <input
            ref={this.browse}
            id="cx_browse_file"
            class="cx-browseFile"
            type="file"
            hidden
            accept={state.limits.types}
            aria-label={chat.say('AriaActionsSendFileTitle')}
            onChange={({ currentTarget }) => {
              pick(chat, [...(currentTarget.files ?? [])])
              currentTarget.value = ''
            }}
          />
        </div>
      </div>
    )
  }
}

interface EmojiProps {
  chat: Chat
  list: [string, string][]
  insert(face: string): void
  close(): void
}

/** A list of which one is chosen; arrows move in it. */
class EmojiMenu extends Component<EmojiProps, { at: number }> {
  override state = { at: 0 }
  private readonly node = createRef<HTMLDivElement>()

  override componentDidMount() {
    this.node.current?.focus()
  }

  private pressed = (event: KeyboardEvent) => {
    const { list, insert, close } = this.props
    const { at } = this.state
    const isRtl = getComputedStyle(event.currentTarget as Element).direction === 'rtl'
    const steps: Record<string, number> = {
      ArrowRight: isRtl ? -1 : 1,
      ArrowLeft: isRtl ? 1 : -1,
      ArrowUp: -EMOJI_PER_ROW,
      ArrowDown: EMOJI_PER_ROW,
    }
    const step = steps[event.key]
    if (step) {
      const next = at + step
      const isRow = Math.abs(step) > 1
      if (!isRow || (next >= 0 && next < list.length))
        this.setState({ at: (next + list.length) % list.length })
    } else if (event.key === 'Enter' || event.key === ' ') insert(list[at]?.[0] ?? '')
    else if (event.key !== 'Escape' && event.key !== 'Tab') return
    if (event.key === 'Escape' || event.key === 'Tab') close()
    event.preventDefault()
    event.stopPropagation()
  }

  override render({ chat, list, insert }: EmojiProps, { at }: { at: number }) {
    return (
      <div
        ref={this.node}
        class="cx-emoji-menu"
        role="listbox"
        tabIndex={0}
        aria-label={chat.say('AriaEmojiPicker')}
        aria-activedescendant={`cx_emoji_${at}`}
        onKeyDown={this.pressed}
      >
        {list.map(([face, name], index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the list has the keys and the focus.
          <span
            key={face}
            id={`cx_emoji_${index}`}
            role="option"
            class="cx-emoji-item"
            aria-selected={index === at}
            aria-label={name || `${face} ${chat.say('AriaEmoji')}`}
            title={name || undefined}
            onClick={() => insert(face)}
          >
            {face}
          </span>
        ))}
      </div>
    )
  }
}
