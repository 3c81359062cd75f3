// A button as the page wants it, with our words and what readers need: `chatButton.template`.

import { element } from '../../core/nodes'
import type { Chat } from '../state'

const FADE = [{ opacity: 0 }, {}]
const SLIDE = [{ transform: 'translateY(200%)' }, {}]

/** Put the button of a template on the page. */
export function showButton(chat: Chat, template: string, duration: number): HTMLElement {
  const node = chat.core.nodeOf(template) ?? element('button')
  node.part.add('launcher')
  for (const each of node.querySelectorAll<HTMLElement>('.i18n[data-message]'))
    each.textContent = chat.say(each.dataset['message'] ?? '')
  const words = node.textContent?.trim()
  if (!words) node.ariaLabel ||= chat.say('ChatButton')
  if (node.localName !== 'button') {
    node.role = 'button'
    node.tabIndex = 0
    node.ariaLabel ??= words ?? null
    node.addEventListener('keydown', (event) => {
      if (!/^(Enter| )$/.test(event.key)) return
      event.preventDefault()
      node.click()
    })
  }
  node.addEventListener('click', () => chat.command('open'))
  chat.core.desk.mount().append(node)
  const { effect = 'fade' } = chat.options().chatButton ?? {}
  const isStill = chat.core.app.data('transitions') === false
  if (!isStill && !matchMedia('(prefers-reduced-motion: reduce)').matches)
    node.animate(effect === 'fade' ? FADE : effect === 'slide' ? SLIDE : [], duration)
  return node
}
