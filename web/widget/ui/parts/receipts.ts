// Tells the other side what was before the visitor's eyes: `extras.receipts`.

import { ignore } from '../parts'
import type { Chat } from '../state'

/** Send a receipt for the newest words whenever new ones are in sight. */
export function watch(chat: Chat): void {
  let readIndex = 0
  const look = () => {
    const { isActive, isOpen, isMinimized, isHidden, isLocked, lines } = chat.state
    if (!isActive) readIndex = 0
    if (!isActive || !isOpen || isMinimized || isHidden || isLocked || document.hidden) return
    const newest = lines.findLast(({ kind, author }) => kind !== 'system' && author !== 'Client')
    const index = Number(newest?.index)
    if (!(index > readIndex)) return
    readIndex = index
    chat.service('sendReadReceipt', { index }).catch(ignore)
  }
  chat.watch(look)
  document.addEventListener('visibilitychange', look)
  look()
}
