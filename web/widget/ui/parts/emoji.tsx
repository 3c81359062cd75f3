/** @jsxImportSource ../jsx */
// The list of emoji, of which one is chosen; arrows move in it.

import { iconButton } from '../controls'
import type { Child } from '../jsx/jsx-runtime'
import type { Chat } from '../state'
import style from './emoji.css?inline'

export { style }

type Insert = (face: string) => void

const PER_ROW = 8
const OURS = '🙂;👍;🙁'

/** A list of the page, or of the language pack. */
const ownList = (chat: Chat): string =>
  `${chat.options().emojiList ?? chat.state.words['EmojiList'] ?? ''}`.trim()

/** Faces and their names: `emoji:name;emoji:name`. */
const listOf = (chat: Chat): [face: string, name?: string][] =>
  (ownList(chat) || OURS)
    .split(';')
    .filter(Boolean)
    .map((pair) => pair.split(':').map((it) => it.trim()) as [string])

/** Its button; a list of the page is too large for a phone. */
export function emojiButton(chat: Chat, isOff: boolean): Child {
  const { emojiAt, isMobile } = chat.state
  const isOpen = emojiAt !== undefined
  if (isMobile && ownList(chat)) return undefined
  const toggle = () => {
    chat.set({ emojiAt: isOpen ? undefined : 0 })
    chat.speak(chat.say(isOpen ? 'AriaEmojiStatusClose' : 'AriaEmojiStatusOpen'))
  }
  return (
    <li>
      {iconButton('emoji', 'cx-emoji', chat.label('ActionsEmoji'), toggle, {
        title: chat.say('ActionsEmoji'),
        'aria-expanded': isOpen,
        'aria-haspopup': 'listbox',
        disabled: isOff,
      })}
    </li>
  )
}

export function emojiMenu(chat: Chat, at: number, insert: Insert): Child {
  const list = listOf(chat)
  return (
    <div
      class="cx-emoji-menu"
      role="listbox"
      tabIndex={0}
      aria-label={chat.say('AriaEmojiPicker')}
      aria-activedescendant={`cx_emoji_${at}`}
      onKeyDown={(event) => pressed(chat, event, list, insert)}
      drawn={(node: HTMLElement, isNew: boolean) => isNew && node.focus()}
    >
      {list.map(([face, name], index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the list has the keys and the focus.
        <span
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

function pressed(chat: Chat, event: KeyboardEvent, list: readonly [string, string?][], insert: Insert): void {
  const { key, currentTarget } = event
  const at = chat.state.emojiAt ?? 0
  const isRtl = getComputedStyle(currentTarget as Element).direction === 'rtl'
  const steps: Record<string, number> = {
    ArrowRight: isRtl ? -1 : 1,
    ArrowLeft: isRtl ? 1 : -1,
    ArrowUp: -PER_ROW,
    ArrowDown: PER_ROW,
  }
  const step = steps[key]
  if (step) {
    const next = at + step
    const isInside = next >= 0 && next < list.length
    if (isInside || Math.abs(step) === 1) chat.set({ emojiAt: (next + list.length) % list.length })
  } else if (key === 'Enter' || key === ' ') insert(list[at]?.[0] ?? '')
  else if (key === 'Escape' || key === 'Tab') {
    chat.set({ emojiAt: undefined })
    chat.speak(chat.say('AriaEmojiStatusClose'))
    chat.host.querySelector('textarea')?.focus()
  } else return
  event.preventDefault()
  event.stopPropagation()
}
