// What most chats never need: each part is a file of its own, fetched when an option or a message first asks for it.
// A part uses what is pure, and has everything else from `Chat`: what it imports, it has for itself.

import type { Chat } from './state'

interface Parts {
  afterwards: typeof import('./parts/afterwards')
  attention: typeof import('./parts/attention')
  counting: typeof import('./parts/counting')
  dates: typeof import('./parts/dates')
  echo: typeof import('./parts/echo')
  emoji: typeof import('./parts/emoji')
  fields: typeof import('./parts/fields')
  idle: typeof import('./parts/idle')
  inviting: typeof import('./parts/inviting')
  receipts: typeof import('./parts/receipts')
  patience: typeof import('./parts/patience')
  rich: typeof import('./parts/rich')
  sharing: typeof import('./parts/sharing')
  survey: typeof import('./parts/survey')
  template: typeof import('./parts/template')
  uploading: typeof import('./parts/uploading')
}

/** The parts that are here. */
export const here: Partial<Parts> = {}

/** A part, once it is here, with its style. */
export async function bring<N extends keyof Parts>({ core }: Chat, name: N): Promise<Parts[N]> {
  const brought = here[name] ?? (await core.desk.fetch<Parts[N]>(`window-${name}`))
  if (!here[name] && 'style' in brought) core.style(brought.style)
  here[name] = brought
  return brought
}

/** A part, if it is here; if not, it is fetched and the window drawn again. */
export function part<N extends keyof Parts>(chat: Chat, name: N): Partial<Parts>[N] {
  if (!here[name]) bring(chat, name).then(() => chat.set({}), ignore)
  return here[name]
}

/** A part that cannot be had is tried again when it is asked for again. */
export const ignore = (): void => {}
