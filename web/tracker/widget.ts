// The chat widget of the page, where there is one. Who only looks does not wake it: until somebody wants a chat it has
// not loaded itself.

import type { QuickBus } from '../shared/types'

export type Chat = Pick<QuickBus, 'command' | 'subscribe'>

/** What shows one conversation at a time, by the names of their plugins. */
export const MEDIA = ['WebChat', 'SendMessage', 'Callback', 'CallUs']

/** The widget, once its script is here. */
export function chatOf({ frontdesk, _genesys }: Window): Chat | undefined {
  return frontdesk && 'command' in frontdesk ? frontdesk : _genesys?.widgets?.bus
}

/** Whether a chat or something like it is open. */
export const isMediaOpen = ({ CXBus }: Window): boolean =>
  CXBus?.runtime?.ready === true &&
  [...MEDIA.map((name) => `${name}.open`), 'WebChatService.active'].some((name) => CXBus.data(name) === true)
