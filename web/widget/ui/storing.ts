// What the next page shall know: in cookies no words, only how the window stood; what was half written stays in the
// tab. Source: webchat-ui, section 5.13.

import type { Chat, State } from './state'

const PREFIX = '_genesys.widgets.webchat.state.'
const DRAFT = `${PREFIX}draft`

/** What is kept of a window, by the name of its cookie. */
const known = ({ isOpen, isMinimized, unread, lines }: State): Record<string, unknown> => ({
  open: isOpen,
  minimized: isMinimized,
  asyncUnreadMessageCount: unread,
  lastMessageCountRead: lines.length - unread,
})

/** Keep it while a session goes on. */
export function remember({ core: { cookies }, state }: Chat, before: State): void {
  if (!state.isActive && !before.isActive) return
  if (state.draft !== before.draft) inTab(() => sessionStorage.setItem(DRAFT, state.draft))
  const was = before.isActive ? known(before) : {}
  for (const [name, value] of Object.entries(known(state))) {
    if (!state.isActive) cookies.remove(PREFIX + name)
    else if (value !== was[name]) cookies.set(PREFIX + name, `${value}`)
  }
}

/** A page may be forbidden to keep anything: then it forgets. */
function inTab<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** How the window of the page before stood. */
export function kept({ core, state, options }: Chat, isAsync: boolean): Partial<State> {
  const read = (name: string) => core.cookies.get(PREFIX + name)
  const isMinimized =
    read('minimized') === 'true' || (state.isMobile && options().minimizeOnMobileRestore === true)
  return {
    isMinimized,
    draft: inTab(() => sessionStorage.getItem(DRAFT)) ?? '',
    staysClosed: isAsync && read('open') === 'false',
    unread: isMinimized ? Number(read('asyncUnreadMessageCount')) || 0 : 0,
  }
}
