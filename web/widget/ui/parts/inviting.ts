// Invitations: after a while of doing nothing, and when a chat could not be found again.

import type { Promised } from '../../../shared/types'
import { number } from '../options'
import type { Chat } from '../state'

const DISABLED = '_genesys.widgets.webchat.autoInvite.disabled'
const LOOK_AGAIN_MS = 1000

let shown: { node: HTMLElement; timer?: ReturnType<typeof setTimeout> } | undefined

/** Take an invitation away, answered or not. */
export function dropInvite(chat: Chat): void {
  if (!shown) return
  clearTimeout(shown.timer)
  shown = undefined
  chat.plugin.command('Toaster.close').fail(() => {})
}

const backToButton = (chat: Chat) => chat.command('showChatButton', { openDelay: 0 })

function show(
  chat: Chat,
  name: string,
  body: string,
  answered: (isYes: boolean) => void,
): Promised<{ html: unknown }> {
  const { plugin, options, say } = chat
  const buttons = { type: 'binary', primary: say(`${name}Accept`), secondary: say(`${name}Reject`) }
  const toast = { type: 'generic', title: say(`${name}Title`), body, controls: 'close', buttons }
  return plugin.command<{ html: unknown }>('Toaster.open', toast).done(({ html }: { html: unknown }) => {
    const node = chat.core.nodeOf(html)
    if (!node) return
    shown = { node }
    for (const [selector, key] of [
      ['.cx-btn-primary', 'Accept'],
      ['.cx-btn-default', 'Reject'],
    ] as const) {
      const button = node.querySelector<HTMLElement>(selector)
      if (button) button.ariaLabel = chat.label(name + key)
    }
    if (options().chatButton?.hideDuringInvite !== false) chat.command('hideChatButton')
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
export function invite(chat: Chat): Promised<unknown> {
  const { core, options } = chat
  const { autoInvite, proactive } = options()
  const lasts = number(autoInvite?.inviteTimeoutSeconds ?? proactive?.cancelTimer, 30)
  const wait = () => {
    if (!shown) return
    const { activeElement } = shown.node.getRootNode() as ShadowRoot
    if (shown.node.contains(activeElement)) {
      shown.timer = setTimeout(wait, LOOK_AGAIN_MS)
      return
    }
    dropInvite(chat)
    backToButton(chat)
  }
  return show(chat, 'Invite', chat.say('InviteBody'), (isYes) => {
    core.cookies.set(DISABLED, 'true')
    if (isYes) chat.command('open', { proactive: true })
    else backToButton(chat)
  }).done(() => {
    if (shown) shown.timer = setTimeout(wait, lasts * 1000)
  })
}

/** Offer another chat in place of the one that is lost. */
export function reInvite(chat: Chat, code: string | number = ''): Promised<unknown> {
  const body = chat.error(code) || chat.say('RestoreTimeoutBody')
  return show(chat, 'RestoreTimeout', body, (isYes) => {
    if (isYes) chat.command('open')
    else backToButton(chat)
  })
}

/** Invite who has been idle for long enough and has not answered before; once each time. */
export function watch(chat: Chat): void {
  let before = 0
  chat.plugin.subscribe('Watchman.tick', async () => {
    const { autoInvite, proactive } = chat.options()
    const after = number(autoInvite?.timeToInviteSeconds ?? proactive?.idleTimer, 5)
    const idle = await chat.plugin.command<number>('Watchman.idle')
    const { isOpen, isActive } = chat.state
    const isDue = before < after && idle >= after
    before = idle
    if (isDue && !isOpen && !isActive && !shown && !chat.core.cookies.get(DISABLED)) chat.command('invite')
  })
}
