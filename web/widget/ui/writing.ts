// What the visitor sends.

import type { Options } from '../../shared/types'
import { lengthMax } from './options'
import { bring } from './parts'
import type { Chat } from './state'

/** Send what stands in the box. */
export function send(chat: Chat): void {
  const { draft, isActive, isLocked } = chat.state
  const text = [...draft.trim()].slice(0, lengthMax(chat)).join('')
  if (!text || !isActive || isLocked) return
  chat.set({ draft: '', emojiAt: undefined })
  chat.tell(text)
}

/** Send words; when that fails they come back, as a line to try again or into the box. */
export async function tell(chat: Chat, text: string, options: Options = {}): Promise<void> {
  const failed = chat.options().extras?.echo && (await bring(chat, 'echo')).echoed(chat, text)
  try {
    const response = await chat.service('sendMessage', { message: text, ...options })
    if (response?.['statusCode'] !== 1) return
  } catch {
    // The service publishes the reason.
  }
  if (!chat.state.isActive) return
  if (failed) return failed()
  chat.ask('send', chat.error('MessageFailed'))
  if (!chat.state.draft) chat.set({ draft: text })
}
