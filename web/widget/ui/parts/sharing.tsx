/** @jsxImportSource ../jsx */
// Sharing the page with an agent, where the page has a plugin CoBrowse: its commands `start` and `stop`, its events
// `started` and `stopped`.

import { iconButton } from '../controls'
import type { Child } from '../jsx/jsx-runtime'
import type { Chat } from '../state'
import style from './sharing.css?inline'

export { style }

let isShared: boolean | undefined

function follow(chat: Chat): void {
  isShared = false
  for (const event of ['started', 'stopped'])
    chat.plugin.subscribe(`CoBrowse.${event}`, () => {
      isShared = event === 'started'
      chat.set({})
    })
}

/** Its button; there has to be somebody to share with. */
export function sharingView(chat: Chat, isOff: boolean): Child {
  if (isShared === undefined) follow(chat)
  const change = () =>
    chat.plugin
      .command(`CoBrowse.${isShared ? 'stop' : 'start'}`)
      .fail(() => chat.ask('sharing', chat.error('Generic')))
  const title = chat.say(`ActionsCobrowse${isShared ? 'Stop' : 'Start'}`)
  const label = isShared ? title : chat.say('AriaActionsCobrowseStartTitle')
  return (
    <li>
      {iconButton('cobrowse', 'cx-cobrowse', label, change, {
        title,
        disabled: isOff || !(isShared || chat.state.hasAgent),
      })}
    </li>
  )
}
