// How a window goes away, and what is asked before.

import { ask, takeBack } from './alert'
import type { AlertButton, Chat } from './state'

/** What the close button does: webchat-ui, section 5.8. */
export function pressedClose(chat: Chat): void {
  const { isActive, capabilities } = chat.state
  if (!isActive) {
    chat.command('close').fail(() => {})
    return
  }
  if (chat.state.isMinimized) chat.set({ isMinimized: false })
  const end: AlertButton = { name: 'cx-end-confirm', key: 'ChatEndConfirm', act: () => endChat(chat) }
  const stay: AlertButton = { name: 'cx-end-cancel', key: 'ChatEndCancel' }
  const leave: AlertButton = {
    name: 'cx-close-confirm',
    key: 'AsyncChatClose',
    act: () => chat.command('close'),
  }
  const isAsync = capabilities.async && capabilities.asyncClose !== 'endChat'
  chat.set({
    alert: {
      kind: 'chat-end',
      about: 'end',
      text: chat.say('ChatEndQuestion'),
      buttons: isAsync ? [stay, { ...end, key: 'AsyncChatEnd' }, leave] : [stay, end],
    },
  })
}

export function endChat(chat: Chat): void {
  chat.command('endChat').fail(() => {})
}

/** Ask whether a form with something in it may go; calls one of the two. */
export function confirmClose(chat: Chat, close: () => void, stay: () => void): void {
  const { form, isActive, isEnded } = chat.state
  const isForm = form && !isActive && !isEnded
  if (!isForm || chat.options().confirmFormCloseEnabled === false || !form.hasValues()) {
    close()
    return
  }
  chat.set({
    isMinimized: false,
    alert: {
      kind: 'chat-close',
      about: 'close',
      text: chat.say('ConfirmCloseWindow'),
      buttons: [
        { name: 'cx-close-cancel', key: 'ConfirmCloseCancel', act: stay },
        { name: 'cx-close-confirm', key: 'ConfirmCloseConfirm', act: close },
      ],
    },
  })
}

/** Offer another chat: the one before is lost. */
export function offerAnother(chat: Chat, text: string): void {
  takeBack(chat, 'error')
  ask(
    chat,
    'lost',
    text,
    () => chat.command('restart'),
    () => chat.command('close'),
  )
}
