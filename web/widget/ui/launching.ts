// The button that opens the chat: ours, or one from a template of the page.

import { element, nodeOf } from '../core/nodes'
import { number } from './options'
import type { Chat } from './state'

const GONE = 'Chat button is already hidden. Ignoring command.'
const THERE = 'Chat button is not enabled in the configuration, or already visible. Ignoring command.'

export interface LaunchButton {
  /** Show it; a text when it cannot be. */
  show(delay?: number, duration?: number): Promise<void> | string
  /** Hide it; a text when there is nothing to hide. */
  hide(duration?: number): Promise<void> | string
}

export function createLaunchButton(chat: Chat): LaunchButton {
  const { launcher, mount, isBundle } = chat.core.desk
  const look = () => chat.options().chatButton ?? {}
  let own: HTMLElement | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  // The loader has put its own there, or will soon.
  let isShown = isBundle && look().enabled === true && !look().template
  if (isShown) announce(chat, number(look().openDelay, 1000))

  return {
    show(delay, duration) {
      const { enabled, template, openDelay, effectDuration } = look()
      if (!enabled || isShown || chat.state.isOpen) return THERE
      isShown = true
      const after = number(delay ?? openDelay, 1000)
      const lasts = number(duration ?? effectDuration, 300)
      clearTimeout(timer)
      if (template)
        timer = setTimeout(() => {
          own = fromTemplate(chat, template)
          mount().append(own)
          fade(chat, own, lasts)
        }, after)
      else launcher.show(after, lasts)
      return announce(chat, after + lasts)
    },
    hide(duration) {
      if (!isShown) return GONE
      isShown = false
      clearTimeout(timer)
      const node = own
      own = undefined
      const lasts = number(duration, 0)
      node?.animate([{}, { opacity: 0 }], lasts)
      launcher.hide()
      return later(lasts).then(() => node?.remove())
    },
  }
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function announce(chat: Chat, after: number): Promise<void> {
  await later(after)
  chat.plugin.publish('chatButtonDisplayed')
}

function fade(chat: Chat, node: HTMLElement, duration: number): void {
  const { effect = 'fade' } = chat.options().chatButton ?? {}
  const isStill = chat.core.app.data('transitions') === false
  if (isStill || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  if (effect === 'fade') node.animate([{ opacity: 0 }, {}], duration)
  if (effect === 'slide') node.animate([{ transform: 'translateY(200%)' }, {}], duration)
}

/** A button as the page wants it, with our words and what readers need. */
function fromTemplate(chat: Chat, template: string): HTMLElement {
  const node = nodeOf(template) ?? element('button')
  node.part.add('launcher')
  const fill = () => {
    for (const each of node.querySelectorAll<HTMLElement>('.i18n[data-message]'))
      each.textContent = chat.say(each.dataset['message'] ?? '')
    node.ariaLabel ||= node.textContent?.trim() ? null : chat.say('ChatButton')
  }
  fill()
  if (node.localName !== 'button') {
    node.role = 'button'
    node.tabIndex = 0
    node.ariaLabel ??= node.textContent?.trim() || chat.say('ChatButton')
  }
  const open = () => chat.command('open').fail(() => {})
  node.addEventListener('click', open)
  node.addEventListener('keydown', (event) => {
    if (node.localName === 'button' || !/^(Enter| )$/.test(event.key)) return
    event.preventDefault()
    open()
  })
  return node
}
