// What most chats never need: each part is a file of its own, fetched when an option or a message first asks for it.

import type { Chat } from './state'

const PARTS = {
  afterwards: () => import('./afterwards'),
  attention: () => import('./attention'),
  counting: () => import('./counting'),
  echo: () => import('./echo'),
  emoji: () => import('./emoji'),
  idle: () => import('./idle'),
  inviting: () => import('./inviting'),
  rich: () => import('./rich'),
  survey: () => import('./survey'),
  template: () => import('./template'),
  uploading: () => import('./uploading'),
}
type Name = keyof typeof PARTS
type Part<N extends Name> = Awaited<ReturnType<(typeof PARTS)[N]>>

/** The parts that are here. */
export const here: { [N in Name]?: Part<N> } = {}

/** A part, once it is here, with its style. */
export async function bring<N extends Name>({ core }: Chat, name: N): Promise<Part<N>> {
  const brought = (here[name] ?? (await PARTS[name]())) as Part<N> & { style?: string }
  if (!here[name] && brought.style) core.style(brought.style)
  here[name] = brought as (typeof here)[N]
  return brought
}

/** A part, if it is here; if not, it is fetched and the window drawn again. */
export function part<N extends Name>(chat: Chat, name: N): Part<N> | undefined {
  if (!here[name]) bring(chat, name).then(() => chat.set({}), ignore)
  return here[name] as Part<N> | undefined
}

/** A part that cannot be had is tried again when it is asked for again. */
export const ignore = (): void => {}
