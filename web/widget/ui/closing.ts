// What is asked before a window goes away.

import type { AlertButton, Chat } from './state'

/** What the close button does: webchat-ui, section 5.8. */
export function pressedClose(chat: Chat): void {
  const { isActive, capabilities } = chat.state
  if (!isActive) {
    chat.command('close')
    return
  }
  const isAsync = capabilities.async && capabilities.asyncClose !== 'endChat'
  const end = () => chat.command('endChat')
  const buttons: AlertButton[] = [
    ['ChatEndCancel', undefined, 'cx-end-cancel'],
    [isAsync ? 'AsyncChatEnd' : 'ChatEndConfirm', end, 'cx-end-confirm'],
  ]
  if (isAsync) buttons.push(['AsyncChatClose', () => chat.command('close'), 'cx-close-confirm'])
  chat.set({ isMinimized: false })
  chat.ask('end', chat.say('ChatEndQuestion'), buttons, 'chat-end')
}

/** Ask whether a form with something in it may go; calls one of the two. */
export function confirmClose(chat: Chat, close: () => void, stay: () => void): void {
  const { form, isActive, isEnded } = chat.state
  const isForm = form && !isActive && !isEnded
  if (!isForm || chat.options().confirmFormCloseEnabled === false || !form.hasValues()) {
    close()
    return
  }
  chat.set({ isMinimized: false })
  const buttons: AlertButton[] = [
    ['ConfirmCloseCancel', stay, 'cx-close-cancel'],
    ['ConfirmCloseConfirm', close, 'cx-close-confirm'],
  ]
  chat.ask('close', chat.say('ConfirmCloseWindow'), buttons, 'chat-close')
}

/** Offer another chat: the one before is lost. */
export function offerAnother(chat: Chat, text: string): void {
  chat.takeBack('error')
  chat.ask('lost', text, [
    ['ChatErrorDefaultButton', () => chat.command('close')],
    ['ChatErrorPrimaryButton', () => chat.command('restart')],
  ])
}
