// From the form to a session.

import type { Options } from '../../shared/types'
import { showErrors } from './errors'
import type { Chat } from './state'

/** Send the form off, when every field is valid. `event` is what made us do it. */
export async function submit(chat: Chat, event: unknown, isAutomatic = false): Promise<void> {
  const { form, isLoading, isActive } = chat.state
  if (isLoading || isActive) return
  if (form && !form.isValid(event)) {
    form.node.querySelector<HTMLElement>('[aria-invalid]')?.focus()
    return
  }
  chat.set({ isLoading: true })
  try {
    await chat.interaction?.submit(form?.values() ?? {}, isAutomatic)
  } catch (reason) {
    chat.set({ isLoading: false })
    showErrors(chat, reason as Options)
  }
}
