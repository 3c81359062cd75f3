// Whether a page wants more than the launcher from the start.

import type { Settings } from '../settings'

const CHAT_GOES_ON = /_genesys\.widgets\.webchat\.state\.(\S+\.)?session=/
// Plugins that asked to be there on the next page.
const IS_LISTED = /_genesys\.widgets\.app\.autoLoadList=[^;]*true/

/** Whether the configuration, or what earlier pages left, needs the rest at once. */
export function wantsAll({ onReady, extensions, main, webchat }: Settings): unknown {
  const { chatButton, autoInvite, proactive, async, transport } = webchat ?? {}
  return (
    onReady ||
    Object.keys(extensions ?? {})[0] ||
    main?.preload?.length ||
    chatButton?.template ||
    [autoInvite, proactive, async, transport?.async].some((it) => it?.enabled) ||
    // Where a chat is, only a configuration says; it may come later.
    (CHAT_GOES_ON.test(document.cookie) ? webchat : IS_LISTED.test(document.cookie))
  )
}
