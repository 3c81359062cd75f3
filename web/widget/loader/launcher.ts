// The button that opens the chat: all that most visitors ever load.

import type { Desk, Launcher } from '../desk'
import type { ChatButtonSettings, LanguagePack } from '../settings'
import { nothing } from './nothing'

const WORDS: Record<string, string> = { pl: 'Czat', tr: 'Sohbet', ja: 'チャット', zh: '聊天', ar: 'دردشة' }

/** What stands on the button: the site's word, else ours. */
function word({ main = {} }: ReturnType<Desk['settings']>): string {
  const { lang = 'en', i18n } = main
  const own = (i18n as LanguagePack | undefined)?.[lang]?.['webchat']?.['ChatButton']
  return (own as string) ?? WORDS[lang.slice(0, 2)] ?? 'Chat'
}

function span(className: string): HTMLElement {
  const node = document.createElement('span')
  node.className = className
  return node
}

function draw(text: string): HTMLButtonElement {
  const button = document.createElement('button')
  button.className = 'cx-widget cx-webchat-chat-button cx-side-button'
  button.part.add('launcher')
  const icon = span('cx-icon')
  icon.dataset['icon'] = 'chat'
  const label = span('i18n')
  label.dataset['message'] = 'ChatButton'
  label.append(text)
  button.append(icon, label)
  return button
}

function appear(node: HTMLElement, { effect = 'fade' }: ChatButtonSettings, duration: number): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  if (effect === 'fade') node.animate([{ opacity: 0 }, {}], duration)
  if (effect === 'slide') node.animate([{ transform: 'translateY(200%)' }, {}], duration)
}

export function createLauncher(desk: () => Desk): Launcher {
  let node: HTMLElement | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const open = (button: HTMLElement) => {
    button.ariaBusy = 'true'
    const opening = desk().quick.command('WebChat.open')
    opening.always(() => {
      button.ariaBusy = null
    })
  }
  const put = (look: ChatButtonSettings, duration: number) => {
    const button = draw(word(desk().settings()))
    node = button
    // Whoever points at it will open it: the rest may come meanwhile.
    button.onpointerenter = button.onfocus = () => {
      desk().load('webchat').catch(nothing)
    }
    button.onclick = () => open(button)
    desk().mount().append(button)
    appear(button, look, duration)
  }
  return {
    get node() {
      return node
    },
    show(delay, duration) {
      if (node || timer) return
      const look = desk().settings().webchat?.chatButton ?? {}
      timer = setTimeout(
        () => {
          timer = undefined
          put(look, duration ?? look.effectDuration ?? 300)
        },
        delay ?? look.openDelay ?? 1000,
      )
    },
    hide() {
      clearTimeout(timer)
      timer = undefined
      node?.remove()
      node = undefined
    },
  }
}
