// What of a line the part `rich` is needed for.

import type { Line } from './lines'
import type { Chat } from './state'

/** Whether the page wants words to be read as Markdown. */
export const isMarkdown = ({ opened, options }: Chat): boolean => !!(opened.markdown ?? options().markdown)

export const isRich = (chat: Chat, { isHtml, isStructured, file, bubble, kind }: Line): boolean =>
  !!(isHtml || isStructured || file || bubble?.avatar || (kind === 'message' && isMarkdown(chat)))
