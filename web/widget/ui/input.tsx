/** @jsxImportSource ./jsx */
// Where the visitor writes: the box, and what stands beside it.

import { iconButton } from './controls'
import type { Child } from './jsx/jsx-runtime'
import { lengthMax } from './options'
import { part } from './parts'
import type { Chat } from './state'
import { send } from './writing'

const ROWS_MAX = 11
const ROWS_MAX_MOBILE = 8

const boxOf = ({ host }: Chat) => host.querySelector<HTMLTextAreaElement>('#cx_input')

/** Keep the box as high as its text, up to a bound. */
export function watchBox(chat: Chat): void {
  const fit = () => {
    const box = boxOf(chat)
    if (!box) return
    box.style.height = 'auto'
    const rowPx = Number.parseFloat(getComputedStyle(box).lineHeight)
    const rows = chat.state.isMobile ? ROWS_MAX_MOBILE : ROWS_MAX
    const borderPx = box.offsetHeight - box.clientHeight
    box.style.height = `${Math.min(box.scrollHeight + borderPx, rows * rowPx + 20)}px`
  }
  chat.watch(({ draft, isMobile }) => {
    if (draft !== chat.state.draft || isMobile !== chat.state.isMobile) queueMicrotask(fit)
  })
}

function typed(chat: Chat): void {
  const draft = boxOf(chat)?.value ?? ''
  chat.set({ draft })
  if (draft) chat.service('sendTyping', { message: draft })
}

/** Put something in where the visitor writes, if it has room. */
function insert(chat: Chat, text: string): void {
  const box = boxOf(chat)
  if (!box || [...box.value].length + [...text].length > lengthMax(chat)) return
  box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end')
  typed(chat)
}

function pressed(chat: Chat, event: KeyboardEvent): void {
  if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return
  event.preventDefault()
  if (event.ctrlKey) insert(chat, '\n')
  else send(chat)
}

function canAttach({ options, state: { capabilities, limits, hasAgent, isActive } }: Chat): boolean {
  const isAble = options().uploadsEnabled === true && capabilities.fileUpload !== false
  return isAble && isActive && (!limits.needsAgent || hasAgent)
}

export function inputView(chat: Chat): Child {
  const { emojis, charCountEnabled } = chat.options()
  const { draft, isActive, isLocked, emojiAt } = chat.state
  const { runtime } = chat.core.desk.bus
  const isOff = !isActive || isLocked
  const files = canAttach(chat) ? part(chat, 'uploading') : undefined
  const sharing = runtime.plugins.includes('CoBrowse') ? part(chat, 'sharing') : undefined
  const emoji = emojis === true ? part(chat, 'emoji') : undefined
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped here can be chosen with the button, too.
    <div
      class={`cx-input-container ${isOff ? 'cx-disabled' : ''}`}
      onDragOver={(event) => files && event.preventDefault()}
      onDrop={(event) => files?.take(chat, event, event.dataTransfer)}
    >
      {emojiAt !== undefined && emoji?.emojiMenu(chat, emojiAt, (face) => insert(chat, face))}
      <div class="cx-textarea-cell">
        <textarea
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
          onInput={() => typed(chat)}
          onKeyDown={(event) => pressed(chat, event)}
          onPaste={(event) => files?.take(chat, event, event.clipboardData)}
          drawn={(input: HTMLElement, isNew: boolean) =>
            isNew && chat.service('registerTypingPreviewInput', { input })
          }
        />
        {iconButton('send', 'cx-send', chat.label('ChatInputSend'), () => send(chat), {
          part: 'send',
          title: chat.say('ChatInputSend'),
          disabled: isOff || !draft.trim(),
        })}
      </div>
      <div class="cx-menu-cell">
        <ul class="cx-menu">
          {emoji?.emojiButton(chat, isOff)}
          {files?.attachView(chat, isOff)}
          {sharing?.sharingView(chat, isOff)}
          {charCountEnabled === true && isActive && part(chat, 'counting')?.counterView(chat)}
        </ul>
      </div>
    </div>
  )
}
