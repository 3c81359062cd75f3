// Invitations: after a while of doing nothing, and when a chat could not be found again.

import type { Promised } from '../../shared/types'
import { nodeOf } from '../core/nodes'
import { number } from './options'
import { type Chat, errorText } from './state'

const DISABLED = '_genesys.widgets.webchat.autoInvite.disabled'
const BUSY = 'Chat is already open. Ignoring invite command.'
const IDLE_FROM_S = 5 // Before that, the watchman says nothing.

let shown: { node: HTMLElement; timer?: ReturnType<typeof setTimeout> } | undefined

/** Take an invitation away, answered or not. */
export function dropInvite(chat: Chat): void {
  if (!shown) return
  clearTimeout(shown.timer)
  shown = undefined
  chat.plugin.command('Toaster.close').fail(() => {})
}

function show(
  chat: Chat,
  name: string,
  body: string,
  answered: (isYes: boolean) => void,
): Promised<{ html: unknown }> {
  const { core, plugin, options } = chat
  return plugin
    .command<{ html: unknown }>('Toaster.open', {
      type: 'generic',
      title: chat.say(`${name}Title`),
      body,
      controls: 'close',
      buttons: { type: 'binary', primary: chat.say(`${name}Accept`), secondary: chat.say(`${name}Reject`) },
    })
    .done(({ html }: { html: unknown }) => {
      const node = nodeOf(html)
      if (!node) return
      shown = { node }
      if (options().chatButton?.hideDuringInvite !== false) core.desk.launcher.hide()
      const on = (selector: string, isYes: boolean) =>
        node.querySelector(selector)?.addEventListener('click', () => {
          dropInvite(chat)
          answered(isYes)
        })
      on('.cx-btn-primary', true)
      on('.cx-btn-default', false)
      on('.cx-button-close', false)
    })
}

/** Put the invitation before the visitor. */
export function invite(chat: Chat): Promised<unknown> | string {
  if (chat.state.isOpen) return BUSY
  const { core, options } = chat
  const { autoInvite, proactive } = options()
  const lasts = number(autoInvite?.inviteTimeoutSeconds ?? proactive?.cancelTimer, 30)
  const shownNow = show(chat, 'Invite', chat.say('InviteBody'), (isYes) => {
    core.cookies.set(DISABLED, 'true')
    if (isYes) chat.command('open', { proactive: true })
    else chat.command('showChatButton', { openDelay: 0 })
  })
  return shownNow.done(() => {
    const wait = () => {
      if (!shown) return
      const isUsed = shown.node.contains((shown.node.getRootNode() as ShadowRoot).activeElement)
      if (isUsed) {
        shown.timer = setTimeout(wait, 1000)
        return
      }
      dropInvite(chat)
      chat.command('showChatButton', { openDelay: 0 })
    }
    if (shown) shown.timer = setTimeout(wait, lasts * 1000)
  })
}

/** Offer another chat in place of the one that is lost; rejects with the reason not to. */
export function reInvite(chat: Chat, statusCode?: string | number): Promised<unknown> {
  return chat.command('reInvite', statusCode === undefined ? {} : { statusCode })
}

/** The toast of `reInvite`; a text when there shall be none. */
export function showReInvite(chat: Chat, statusCode?: string | number): Promised<unknown> | string {
  if (chat.state.isOpen || chat.options().inviteOnRestoreTimeout === false) return BUSY
  const own = statusCode === undefined ? undefined : errorText(chat, statusCode)
  return show(chat, 'RestoreTimeout', own ?? chat.say('RestoreTimeoutBody'), (isYes) => {
    chat.command(isYes ? 'open' : 'showChatButton', isYes ? {} : { openDelay: 0 })
  })
}

/** Invite who has been idle for long enough and has not answered before. */
export function inviteTheIdle(chat: Chat): void {
  const { autoInvite, proactive } = chat.options()
  if (!(autoInvite?.enabled ?? proactive?.enabled)) return
  const after = number(autoInvite?.timeToInviteSeconds ?? proactive?.idleTimer, 5)
  chat.plugin.subscribe(`Watchman.idle:${Math.max(Math.ceil(after), IDLE_FROM_S)}`, () => {
    const { isOpen, isActive } = chat.state
    if (isOpen || isActive || shown || chat.core.cookies.get(DISABLED)) return
    chat.command('invite')
  })
}
