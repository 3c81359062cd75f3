// The plugin WebChat: the chat window, its commands and what it tells.

import type { Call, Options, Plugin } from '../../shared/types'
import type { Core } from '../core/start'
import type { Desk } from '../desk'
import { createInteraction } from '../lifecycle/interaction'
import { watchAlerts } from './alert'
import { createChat } from './chat'
import { confirmClose } from './closing'
import { watchConnection } from './errors'
import { followService } from './following'
import { watchBox } from './input'
import { createLaunchButton } from './launching'
import { createOpener } from './opening'
import type { OpenOptions } from './options'
import { bring, here, ignore } from './parts'
import { withWrapping } from './publishing'
import type { Chat } from './state'
import style from './style.css?inline'

const EVENTS = ['minimized', 'unminimized', 'messageAdded', 'chatButtonDisplayed']
const BUSY = 'Chat is already open. Ignoring invite command.'

/** Settles when the interaction is there: whoever restores a chat must be heard. */
export function register(desk: Desk, core: Core): Promise<void> | undefined {
  const registered = desk.bus.registerPlugin('WebChat')
  if (!registered) return undefined
  const plugin = withWrapping(registered, core)
  core.style(style)
  const chat = createChat(core, plugin)
  plugin.registerEvents(EVENTS)
  for (const watch of [followService, watchConnection, watchAlerts, watchBox]) watch(chat)
  addCommands(chat, plugin)
  return new Promise((resolve) => {
    core.whenReady(() => {
      chat.interaction ??= createInteraction(plugin, {
        store: core.cookies,
        newId: core.newId,
        service: chat.serviceName,
      })
      chat.set({ isActive: plugin.data(`${chat.serviceName}.active`) === true })
      bringWanted(chat)
      if (!desk.isBundle || chat.options().chatButton?.template) chat.command('showChatButton')
      resolve()
    })
  })
}

/** Fetch what watches the page from the start, where the page wants it. */
function bringWanted(chat: Chat): void {
  const { autoInvite, proactive, extras } = chat.options()
  const wanted = {
    inviting: autoInvite?.enabled ?? proactive?.enabled,
    attention: extras?.sound || extras?.titleBadge,
    receipts: extras?.receipts,
    echo: extras?.echo,
  }
  for (const [name, isWanted] of Object.entries(wanted))
    if (isWanted) bring(chat, name as keyof typeof wanted).then(({ watch }) => watch(chat), ignore)
}

/** What a command is made of: what it throws is the reason why not. */
type Act<T> = (data: T) => unknown

function addCommands(chat: Chat, plugin: Plugin): void {
  const on = <T = Options>(name: string, act: Act<T>) =>
    plugin.registerCommand<T>(name, async ({ data, deferred }: Call<T>) => {
      try {
        deferred.resolve(await act(data))
      } catch (reason) {
        deferred.reject(reason)
      }
    })
  const button = createLaunchButton(chat)
  const opener = createOpener(chat, button)
  const isNot = (reason: string) => {
    throw reason
  }
  const demand = (isFine: boolean, reason: string) => isFine || isNot(reason)

  on<OpenOptions>('open', opener.open)
  on('close', () => {
    demand(chat.state.isOpen, 'already closed')
    return new Promise<void>((resolve, reject) => {
      const close = () => resolve(opener.close())
      confirmClose(chat, close, () => reject('close cancelled by user'))
    })
  })
  on<{ minimized?: boolean }>('minimize', ({ minimized }) => {
    demand(chat.state.isOpen, 'WebChat is not open')
    chat.set({ isMinimized: minimized ?? !chat.state.isMinimized, emojiAt: undefined })
  })
  on('endChat', () => {
    demand(chat.state.isActive, 'there is no active chat session to end')
    chat.interaction?.end().fail(ignore)
  })
  on('invite', async () => {
    demand(!chat.state.isOpen, BUSY)
    return (await bring(chat, 'inviting')).invite(chat)
  })
  on<{ statusCode?: string }>('reInvite', async ({ statusCode }) => {
    demand(!chat.state.isOpen && chat.options().inviteOnRestoreTimeout !== false, BUSY)
    return (await bring(chat, 'inviting')).reInvite(chat, statusCode)
  })
  for (const name of ['injectMessage', 'showOverlay', 'hideOverlay'] as const)
    on(name, async (data) => (await bring(chat, 'rich'))[name](chat, data))
  on<ButtonOptions>('showChatButton', ({ openDelay, duration }) => button.show(openDelay, duration))
  on<ButtonOptions>('hideChatButton', ({ duration }) => button.hide(duration))
  on('hide', () => opener.hide(true))
  on('show', () => opener.hide(false))
  on('configure', (data) => demand(Object.keys(data).length > 0, 'Invalid configuration') && undefined)
  on('restart', async () => {
    if (chat.state.isActive) await chat.service('endChat').catch(ignore)
    // As commands, they come after everybody has heard of the end.
    await chat.command('close')
    await chat.command('open')
  })
  plugin.subscribe('App.closeAll', () => {
    here.inviting?.dropInvite(chat)
    if (chat.state.isOpen) opener.close()
  })
}

interface ButtonOptions {
  openDelay?: number
  duration?: number
}
