// How long a chat whose server answers with errors is kept: first a question, then the end.

import { number } from '../options'
import type { Chat } from '../state'

let timers: ReturnType<typeof setTimeout>[] = []

/** The server answers with errors. */
export function begin(chat: Chat): void {
  if (timers.length || !chat.state.isActive) return
  const { promptEndChatOnError, endChatOnErrorThreshold } = chat.options()
  timers = [
    setTimeout(question, number(promptEndChatOnError, 60_000), chat),
    setTimeout(giveUp, number(endChatOnErrorThreshold, 300_000), chat),
  ]
}

/** It answers again, or there is no chat any more. */
export function end(chat: Chat): void {
  timers.forEach(clearTimeout)
  timers = []
  chat.takeBack('patience')
}

const question = (chat: Chat) =>
  chat.ask('patience', chat.error('500') || chat.say('ChatEndQuestion'), [
    ['ChatErrorDefaultButton'],
    ['ChatErrorPrimaryButton', () => chat.command('restart')],
  ])

async function giveUp(chat: Chat): Promise<void> {
  end(chat)
  await chat.service('endChat').catch(() => {})
  chat.ask('error', chat.error('CriticalFault'))
}
