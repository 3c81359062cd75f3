// An invitation to a chat as the widget of the page shows its own. Section 2.7.

import type { Chat } from '../../widget'
import { attention } from './attention'
import type { Present } from './showing'

const ANSWERS = {
  '.cx-btn-primary': 'accepted',
  '.cx-btn-default': 'declined',
  '.cx-button-close': 'closed',
} as const
const nothing = () => {}

interface Toast {
  readonly html: HTMLElement | ArrayLike<HTMLElement>
  readonly events: { readonly close: string }
}

/** Shows an invitation with the widget's Toaster, which nobody else may close then. */
export const presentInWidget =
  (chat: Chat): Present =>
  async ({ action }, settle) => {
    const { titleText, prompt, acceptText, declineText } = action.webchatProperties ?? {}
    const { html, events } = await chat.command<Toast>('Toaster.open', {
      type: 'generic',
      title: titleText || 'Chat',
      body: prompt,
      controls: 'close',
      buttons: { type: 'binary', primary: acceptText || 'Yes', secondary: declineText || 'No' },
      immutable: true,
    })
    const node = 'nodeType' in html ? html : (html[0] as HTMLElement)
    const button = window._genesys?.widgets?.webchat?.chatButton
    const hides = button?.hideDuringInvite !== false
    let isOpen = true
    // Heard before the toast goes by it.
    for (const [selector, result] of Object.entries(ANSWERS))
      node.querySelector(selector)?.addEventListener('click', () => settle(result), true)
    describe(node)
    chat.subscribe(events.close, () => {
      isOpen = false
      settle('revoked')
    })
    if (hides) chat.command('WebChat.hideChatButton').fail(nothing)
    return {
      isAttended: attention(node, node.querySelector<HTMLElement>('.cx-btn-primary')),
      close() {
        if (isOpen) chat.command('Toaster.close').fail(nothing)
        if (hides) chat.command('WebChat.showChatButton', { openDelay: 0 }).fail(nothing)
      },
    }
  }

/** What it says stands for what it is. */
function describe(node: HTMLElement): void {
  const words = node.querySelector('.cx-body')
  if (!words) return
  words.id ||= 'frontdesk-offer-words'
  node.setAttribute('aria-describedby', words.id)
}
