/** @jsxImportSource ./jsx */
// What stands in many places of the window: buttons, and the dots of somebody who writes.

import type { Child, Props } from './jsx/jsx-runtime'
import type { Chat } from './state'

/** A button that shows an icon; readers hear `label`. */
export const iconButton = (
  icon: string,
  name: string,
  label: string,
  act: () => void,
  more?: Props,
): Child => (
  <button
    type="button"
    class={`${name} cx-icon`}
    data-icon={icon}
    aria-label={label}
    onClick={act}
    {...more}
  />
)

/** A button with the words of a key. */
export const wordButton = (chat: Chat, key: string, name = '', act?: () => void, more?: Props): Child => (
  <button
    type="button"
    class={`cx-btn ${name} i18n`}
    data-message={key}
    aria-label={chat.label(key)}
    onClick={act}
    {...more}
  >
    {chat.say(key)}
  </button>
)

export const dots = (): Child => (
  <span class="cx-dots" aria-hidden="true">
    <i />
    <i />
    <i />
  </span>
)

/** Nodes that come from somewhere else. */
export const raw = (node: Node | undefined, name?: string): Child => <div class={name} content={node} />
