// The window comes and goes: its place on the page, its size, its classes.

import { element } from '../core/nodes'
import { isMarkdown } from './content'
import { focusFirst, loop } from './focus'
import { stir } from './following'
import { type FilledForm, plainForm } from './form'
import type { LaunchButton } from './launching'
import type { OpenOptions } from './options'
import { bring, here, ignore } from './parts'
import { type Chat, CLOSED, FRESH, type State } from './state'
import { remember } from './storing'
import { submit } from './submitting'

export const NOT_OPEN = 'WebChat is not open'
const SLIDE_MS = 500

interface Dock {
  close(after?: () => void): void
}

export interface Opener {
  open(options: OpenOptions): Promise<void>
  close(): void
  hide(isHidden: boolean): Promise<void>
}

export function createOpener(chat: Chat, button: LaunchButton): Opener {
  const { core, plugin, host } = chat
  let dock: Dock | undefined
  let isComing = false

  const show = async (options: OpenOptions) => {
    const { isActive, isEnded, isMinimized, isMobile } = chat.state
    const hasForm = !isActive && !isEnded && options.form !== false
    const form = hasForm ? await formFor(chat, options) : undefined
    if (isMarkdown(chat)) await bring(chat, 'rich').catch(ignore)
    core.desk.mount().append(status)
    dock = await plugin.command<Dock>('WindowManager.registerDockView', { html: host }).fail(ignore)
    here.inviting?.dropInvite(chat)
    button.hide().catch(ignore)
    chat.set({
      isOpen: true,
      isHidden: false,
      isMinimized: options.minimized ?? (options.restoring === true && isMinimized),
      form,
      ...(!isActive && { lines: [] }),
    })
    chat.draw()
    slide(chat)
    if (!isMobile || !options.restoring) focusFirst(chat.host)
    const isNew = chat.interaction?.opened(options)
    if (isNew && options.form && options.form.autoSubmit === true) submit(chat, {}, true)
  }
  // Where readers hear of it; said in the words that sites know.
  const status = element('div', 'cx-widget-status aria-name')
  status.role = 'status'
  status.lang = 'en'
  chat.watch((before) => {
    const { isOpen, isMinimized } = chat.state
    if (isOpen) dress(chat, before)
    if (isOpen !== before.isOpen || isMinimized !== before.isMinimized)
      status.textContent = `WebChat is ${!isOpen ? 'closed' : isMinimized ? 'minimized' : 'opened'}`
    remember(chat, before)
  })
  host.addEventListener('keydown', (event) => {
    stir(chat)
    if (event.key === 'Escape') escaped(chat, event)
    if (chat.state.isMobile && !chat.state.isMinimized) loop(host, event)
  })
  host.addEventListener('pointerdown', () => stir(chat))
  followView(chat)

  return {
    async open(options) {
      if (chat.state.isOpen || isComing) throw 'already opened'
      if (options.restoring && chat.state.staysClosed) throw 'closed'
      isComing = true
      if (!options.restoring) chat.set({ staysClosed: false, isMinimized: false })
      chat.opened = options
      try {
        await show(options)
      } catch {
        throw 'WindowManager.registerDockView failed'
      } finally {
        isComing = false
      }
    },
    close() {
      const { isActive, isLocked, trouble, lines, hasAgent } = chat.state
      const hadFocus = host.contains(chat.focused())
      dock?.close()
      chat.set({ ...FRESH, ...CLOSED, ...(isActive && { isActive, isLocked, trouble, lines, hasAgent }) })
      chat.interaction?.closed()
      button.show(0, undefined, hadFocus).catch(ignore)
    },
    async hide(isHidden) {
      if (!chat.state.isOpen || chat.state.isHidden === isHidden)
        throw `WebChat is not open or is already ${isHidden ? 'hidden' : 'showing'}.`
      chat.set({ isHidden })
    },
  }
}

/** What lies on top goes first: alerts and the list of emoji see the key before us, the window is the last. */
function escaped(chat: Chat, event: KeyboardEvent): void {
  const { emojiAt, isMinimized } = chat.state
  const isOthers = event.isComposing || event.defaultPrevented || (event.target as Element).matches('select')
  if (isMinimized || isOthers) return
  event.stopPropagation() // What the page itself has open stays.
  if (emojiAt === undefined) chat.command('minimize', { minimized: true })
  else chat.set({ emojiAt: undefined })
}

/** The form as the page defines it, or the plain one. */
async function formFor(chat: Chat, { form, formJSON }: OpenOptions): Promise<FilledForm> {
  const definition = formJSON ?? chat.options().form
  const given = form || {}
  return definition
    ? (await bring(chat, 'fields')).buildForm(chat, definition, given)
    : plainForm(chat, given)
}

/** The classes and roles of the root, which are no child of it. */
function dress({ host, state, say, plugin }: Chat, before: State): void {
  const { isMinimized, isMobile, isEnded } = state
  const isWide = innerHeight < innerWidth
  const classes: Record<string, boolean> = {
    'cx-minimized': isMinimized,
    'cx-NewMessage': isMinimized && state.unread > 0,
    'cx-transcript-view': !state.form || state.isActive || isEnded,
    'cx-disabled': isEnded,
    'cx-loading': state.isLoading,
    'cx-waiting': state.isLocked || !!state.upload,
    'cx-mobile': isMobile,
    'cx-desktop': !isMobile,
    'cx-portrait': !isWide,
    'cx-landscape': isWide,
  }
  for (const [name, isOn] of Object.entries(classes)) host.classList.toggle(name, isOn)
  host.part.add('window')
  host.role = 'dialog'
  host.ariaLabel = say('AriaWindowLabel')
  host.ariaModal = isMobile && !isMinimized ? 'true' : null
  host.hidden = state.isHidden
  if (before.isOpen && isMinimized !== before.isMinimized)
    plugin.publish(isMinimized ? 'minimized' : 'unminimized')
}

function slide({ host, core, state }: Chat): void {
  const isStill = core.app.data('transitions') === false
  if (isStill || state.isMinimized || matchMedia('(prefers-reduced-motion: reduce)').matches) return
  host.animate([{ transform: 'translateY(100%)' }, {}], { duration: SLIDE_MS, easing: 'ease-out' })
}

/** Follow what happens around the window: its view, its words. */
function followView(chat: Chat): void {
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
    if (!isOpen) return
    if (!before.isOpen) measure()
    // What is minimised can have no focus; the button that brings it back can.
    if (isMinimized && !before.isMinimized && host.querySelector('.cx-body')?.contains(chat.focused()))
      queueMicrotask(() => {
        chat.draw()
        host.querySelector<HTMLElement>('.cx-button-maximize')?.focus()
      })
    const isBack = before.isMinimized && !isMinimized
    if (isBack) chat.set({ unread: 0 })
    if (isBack || (isActive && !before.isActive))
      queueMicrotask(() => {
        chat.draw()
        focusFirst(chat.host)
      })
  })
}
