// The window comes and goes: its place on the page, its size, what the next page shall know.

import { loop } from './alert'
import { stir } from './following'
import { buildForm } from './form'
import { dropInvite } from './inviting'
import type { LaunchButton } from './launching'
import type { OpenOptions } from './options'
import { type Chat, EMPTY, type State } from './state'
import { submit } from './submitting'

export const NOT_OPEN = 'WebChat is not open'
const STATE = '_genesys.widgets.webchat.state.'
const SLIDE_MS = 500
// What has the focus in a new view: the first of these that is there.
const FIRST = [
  '[autofocus]',
  '.cx-form-inputs :is(input:not([type=hidden]),select,textarea)',
  'textarea:enabled',
  '.cx-button-close',
]

interface Dock {
  close(after?: () => void): void
}

export interface Opener {
  open(options: OpenOptions): Promise<void> | string
  close(): void
  hide(isHidden: boolean): string | undefined
}

export function createOpener(chat: Chat, button: LaunchButton): Opener {
  const { core, plugin, host } = chat
  let dock: Dock | undefined
  let isComing = false

  const show = async (options: OpenOptions) => {
    const { isActive, isEnded, isMinimized, isMobile } = chat.state
    const hasForm = !isActive && !isEnded && options.form !== false
    const definition = options.formJSON ?? chat.options().form
    const form = hasForm ? await buildForm(chat, definition, options.form || {}) : undefined
    dock = await plugin.command<Dock>('WindowManager.registerDockView', { html: host }).fail(() => {})
    dropInvite(chat)
    button.hide()
    chat.set({
      isOpen: true,
      isHidden: false,
      isMinimized: options.minimized ?? (options.restoring === true && isMinimized),
      form,
      ...(!isActive && { lines: [] }),
    })
    chat.draw()
    slide(chat)
    if (!isMobile || !options.restoring) focusFirst(chat)
    const isNew = chat.interaction?.opened(options)
    if (isNew && options.form && options.form.autoSubmit === true) submit(chat, {}, true)
  }
  chat.watch((before) => {
    if (chat.state.isOpen) dress(chat, before)
    remember(chat, before)
  })
  host.addEventListener('keydown', (event) => {
    stir(chat)
    if (chat.state.isMobile && !chat.state.isMinimized) loop(host, event)
  })
  host.addEventListener('pointerdown', () => stir(chat))
  follow(chat)

  return {
    open(options) {
      if (chat.state.isOpen || isComing) return 'already opened'
      if (options.restoring && chat.state.staysClosed) return 'closed'
      isComing = true
      if (!options.restoring) chat.set({ staysClosed: false, isMinimized: false })
      chat.opened = options
      return show(options)
        .catch(() => Promise.reject('WindowManager.registerDockView failed'))
        .finally(() => {
          isComing = false
        })
    },
    close() {
      const { words, timeFormat, isMobile, isActive, lines, capabilities, limits, hasAgent } = chat.state
      const kept: Partial<State> = isActive ? { isActive, lines, hasAgent } : {}
      dock?.close()
      chat.state = { ...chat.state, isOpen: false }
      chat.set({ ...EMPTY, words, timeFormat, isMobile, capabilities, limits, ...kept })
      chat.interaction?.closed()
      button.show(0)
      core.desk.launcher.node?.focus()
    },
    hide(isHidden) {
      const now = chat.state.isHidden
      if (!chat.state.isOpen || now === isHidden)
        return `WebChat is not open or is already ${isHidden ? 'hidden' : 'showing'}.`
      chat.set({ isHidden })
      return undefined
    },
  }
}

/** The classes and roles of the root, which are no child of it. */
function dress({ host, state, say, plugin }: Chat, before: State): void {
  const { classList } = host
  const is: Record<string, boolean> = {
    'cx-minimized': state.isMinimized,
    'cx-NewMessage': state.isMinimized && state.unread > 0,
    'cx-transcript-view': !state.form || state.isActive || state.isEnded,
    'cx-disabled': state.isEnded,
    'cx-loading': state.isLoading,
    'cx-waiting': state.isLocked || !!state.upload,
    'cx-mobile': state.isMobile,
    'cx-desktop': !state.isMobile,
    'cx-portrait': innerHeight >= innerWidth,
    'cx-landscape': innerHeight < innerWidth,
  }
  for (const [name, isOn] of Object.entries(is)) classList.toggle(name, isOn)
  host.part.add('window')
  host.role = 'dialog'
  host.ariaLabel = say('AriaWindowLabel')
  host.ariaModal = state.isMobile && !state.isMinimized ? 'true' : null
  host.hidden = state.isHidden
  if (before.isOpen && before.isMinimized !== state.isMinimized)
    plugin.publish(state.isMinimized ? 'minimized' : 'unminimized')
}

/** What the next page shall know: no words, only how the window stood. */
function remember({ core, state }: Chat, before: State): void {
  const { cookies } = core
  const keep = (name: string, value: string | number | boolean, was: unknown) => {
    if (value !== was) cookies.set(STATE + name, `${value}`)
  }
  if (state.isActive) {
    keep('open', state.isOpen, before.isActive && before.isOpen)
    keep('minimized', state.isMinimized, before.isActive && before.isMinimized)
    keep('asyncUnreadMessageCount', state.unread, before.unread)
    keep('lastMessageCountRead', state.lines.length - state.unread, before.lines.length - before.unread)
  } else if (before.isActive)
    for (const name of ['open', 'minimized', 'asyncUnreadMessageCount', 'lastMessageCountRead'])
      cookies.remove(STATE + name)
}

function slide({ host, core, state }: Chat): void {
  const isStill = core.app.data('transitions') === false
  if (isStill || state.isMinimized || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  host.animate([{ transform: 'translateY(100%)' }, {}], { duration: SLIDE_MS, easing: 'ease-out' })
}

function focusFirst({ host, state }: Chat): void {
  if (state.isMinimized) return
  const wanted = FIRST.map((selector) => host.querySelector<HTMLElement>(selector))
  wanted.find((it) => it)?.focus({ preventScroll: true })
}

/** Follow what happens around the window: its view, its words. */
function follow(chat: Chat): void {
  const { host } = chat
  const view = window.visualViewport
  // A software keyboard takes room that the layout does not know of.
  const measure = () => {
    if (!chat.state.isMobile || !view) return
    host.style.setProperty('--cx-view', `${view.height}px`)
    host.style.setProperty('--cx-view-top', `${view.offsetTop}px`)
    dress(chat, chat.state)
  }
  view?.addEventListener('resize', measure)
  view?.addEventListener('scroll', measure)
  chat.watch((before) => {
    const { words, form, isMinimized, isActive, isOpen } = chat.state
    if (words !== before.words) form?.translate()
    if (isOpen && !before.isOpen) measure()
    const wasForm = isOpen && isActive && !before.isActive
    const isBack = isOpen && before.isMinimized && !isMinimized
    if (!isMinimized && isBack) chat.set({ unread: 0 })
    if (wasForm || isBack)
      queueMicrotask(() => {
        chat.draw()
        focusFirst(chat)
      })
  })
}
