// What a page lays over the window.

import type { Options } from '../../../../shared/types'
import { element } from '../../../core/nodes'
import type { Chat, Slot } from '../../state'

export function showOverlay(chat: Chat, { html, mode, hideFooter, ...where }: Options): void {
  overlay(chat, where, {
    node: chat.core.nodeOf(html) ?? element('div', '', `${html ?? ''}`),
    mode: mode === 'fit' ? 'cx-fit' : 'cx-fill',
    hasNoFooter: hideFooter === true,
  })
}

export const hideOverlay = (chat: Chat, where: Options): void => overlay(chat, where)

function overlay(chat: Chat, where: Options, slot?: Slot): void {
  const { isOpen, overlays } = chat.state
  if (!isOpen) throw 'WebChat is not currently open. Ignoring command.'
  chat.set({ overlays: { ...overlays, [where['static'] ? 'static' : 'dynamic']: slot } })
}
