// The button that opens the chat: ours, or one from a template of the page.

import { number } from './options'
import { bring } from './parts'
import type { Chat } from './state'

const GONE = 'Chat button is already hidden. Ignoring command.'
const THERE = 'Chat button is not enabled in the configuration, or already visible. Ignoring command.'

export interface LaunchButton {
  /** Show it, with the focus if it shall have it; rejects when it cannot be. */
  show(delay?: number, duration?: number, hasFocus?: boolean): Promise<void>
  /** Hide it; rejects when there is nothing to hide. */
  hide(duration?: number): Promise<void>
}

export function createLaunchButton(chat: Chat): LaunchButton {
  const { launcher, isBundle } = chat.core.desk
  const look = () => chat.options().chatButton ?? {}
  let own: HTMLElement | undefined
  // The loader has put its own there, or will soon.
  let isShown = isBundle && look().enabled === true && !look().template
  const announce = async (after: number) => {
    await later(after)
    chat.plugin.publish('chatButtonDisplayed')
  }
  const showTemplate = async (template: string, duration: number) => {
    const { showButton } = await bring(chat, 'template')
    if (isShown) own = showButton(chat, template, duration)
  }
  if (isShown) announce(number(look().openDelay, 1000))
  // The loader shows its own whenever a page configures something; from now on we know whether it may.
  const showOurs = launcher.show
  launcher.show = () => {
    if (!look().template) chat.command('showChatButton')
  }

  return {
    async show(delay, duration, hasFocus) {
      const { enabled, template, openDelay, effectDuration } = look()
      if (!enabled || isShown || chat.state.isOpen) throw THERE
      isShown = true
      const after = number(delay ?? openDelay, 1000)
      const lasts = number(duration ?? effectDuration, 300)
      if (!template) {
        showOurs(after, lasts)
        await later(after)
      } else {
        await later(after)
        await showTemplate(template, lasts)
      }
      if (hasFocus) (own ?? launcher.node)?.focus()
      return announce(lasts)
    },
    async hide(duration) {
      if (!isShown) throw GONE
      isShown = false
      const node = own
      own = undefined
      const lasts = number(duration, 0)
      node?.animate([{}, { opacity: 0 }], lasts)
      launcher.hide()
      await later(lasts)
      node?.remove()
    },
  }
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
