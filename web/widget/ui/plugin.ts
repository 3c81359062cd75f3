// The plugin WebChat: the chat window, its commands and what it tells.

import type { Call, Options, Plugin, Promised } from '../../shared/types'
import { element, guid, nodeOf } from '../core/nodes'
import type { Core } from '../core/start'
import type { Desk } from '../desk'
import { createInteraction } from '../lifecycle/interaction'
import { watchAttention } from './attention'
import { createChat } from './chat'
import { confirmClose } from './closing'
import { watchConnection } from './errors'
import { followService } from './following'
import { inject, NO_SESSION } from './injecting'
import { dropInvite, invite, inviteTheIdle, showReInvite } from './inviting'
import { createLaunchButton } from './launching'
import { createOpener, NOT_OPEN } from './opening'
import type { OpenOptions } from './options'
import type { Chat, Slot } from './state'
import style from './style.css?inline'
import { retry, say } from './writing'

const EVENTS = ['minimized', 'unminimized', 'messageAdded', 'chatButtonDisplayed']

/** Settles when the interaction is there: whoever restores a chat must be heard. */
export function register(desk: Desk, core: Core): Promise<void> | undefined {
  const plugin = desk.bus.registerPlugin('WebChat')
  if (!plugin) return undefined
  core.style(style)
  const chat = createChat(core, plugin)
  plugin.registerEvents(EVENTS)
  followService(chat)
  watchConnection(chat)
  watchAttention(chat)
  addCommands(chat, plugin)
  return new Promise((resolve) => {
    core.whenReady(() => {
      chat.interaction ??= createInteraction(plugin, {
        store: core.cookies,
        newId: guid,
        service: chat.serviceName,
      })
      chat.set({ isActive: plugin.data(`${chat.serviceName}.active`) === true })
      inviteTheIdle(chat)
      if (!desk.isBundle || chat.options().chatButton?.template) chat.command('showChatButton').fail(() => {})
      resolve()
    })
  })
}

/** Let a command settle as what it is made of: a text is the reason why not. */
async function settle({ deferred }: Call<never>, result: PromiseLike<unknown> | string | undefined) {
  if (typeof result === 'string') return deferred.reject(result)
  try {
    deferred.resolve(await result)
  } catch (reason) {
    deferred.reject(reason)
  }
}

function addCommands(chat: Chat, plugin: Plugin): void {
  const on = <T = Options>(
    name: string,
    act: (data: T) => PromiseLike<unknown> | Promised | string | undefined,
  ) => plugin.registerCommand<T>(name, (call) => settle(call as Call<never>, act(call.data)))
  const button = createLaunchButton(chat)
  const opener = createOpener(chat, button)

  on<OpenOptions>('open', opener.open)
  plugin.registerCommand('close', ({ deferred }) => {
    if (!chat.state.isOpen) return deferred.reject('already closed')
    const close = () => {
      opener.close()
      deferred.resolve()
    }
    return confirmClose(chat, close, () => deferred.reject('close cancelled by user'))
  })
  on<{ minimized?: boolean }>('minimize', ({ minimized }) => {
    if (!chat.state.isOpen) return NOT_OPEN
    chat.set({ isMinimized: minimized ?? !chat.state.isMinimized, isEmojiOpen: false })
    return undefined
  })
  on('endChat', () => {
    if (!chat.state.isActive) return 'there is no active chat session to end'
    chat.interaction?.end().fail(() => {})
    return undefined
  })
  on('invite', () => invite(chat))
  on<{ statusCode?: string }>('reInvite', ({ statusCode }) => showReInvite(chat, statusCode))
  on('injectMessage', (data) => {
    const { isOpen, isActive, isEnded } = chat.state
    return isOpen && (isActive || isEnded) ? inject(chat, data) : NO_SESSION
  })
  on<{ openDelay?: number; duration?: number }>('showChatButton', ({ openDelay, duration }) =>
    button.show(openDelay, duration),
  )
  on<{ duration?: number }>('hideChatButton', ({ duration }) => button.hide(duration))
  on('hide', () => opener.hide(true))
  on('show', () => opener.hide(false))
  plugin.registerCommand('configure', ({ data, deferred }) =>
    Object.keys(data).length ? deferred.resolve() : deferred.reject('Invalid configuration'),
  )
  on<{ index?: unknown }>('retry', ({ index }) => {
    retry(chat, index)
    return undefined
  })
  on<{ text?: string; index?: unknown }>('choose', ({ text = '', index }) =>
    say(chat, text, { parentMessageID: `${index}` }),
  )
  on('restart', async () => {
    if (chat.state.isActive) await chat.service('endChat').catch(() => {})
    opener.close()
    await chat.command('open')
  })
  addOverlays(chat, on)
  plugin.subscribe('App.closeAll', () => {
    dropInvite(chat)
    if (chat.state.isOpen) opener.close()
  })
}

type On = (name: string, act: (data: Options) => string | undefined) => void

function addOverlays(chat: Chat, on: On): void {
  const closed = 'WebChat is not currently open. Ignoring command.'
  const put = (data: Options, slot: Slot | undefined) => {
    if (!chat.state.isOpen) return closed
    const { static: fixed, dynamic } = chat.state.overlays
    const others = data['static'] ? { dynamic, static: slot } : { static: fixed, dynamic: slot }
    chat.set({ overlays: Object.fromEntries(Object.entries(others).filter(([, it]) => it)) })
    return undefined
  }
  on('showOverlay', (data) => {
    const node = nodeOf(data['html']) ?? element('div', '', `${data['html'] ?? ''}`)
    const mode = data['mode'] === 'fit' ? 'cx-fit' : 'cx-fill'
    return put(data, { node, mode, hasNoFooter: data['hideFooter'] === true })
  })
  on('hideOverlay', (data) => put(data, undefined))
}
