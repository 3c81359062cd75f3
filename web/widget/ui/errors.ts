// What goes wrong, in words: webchat-ui, sections 5.2 and 5.9.

import type { Options } from '../../shared/types'
import { ask, notify, takeBack } from './alert'
import { offerAnother } from './closing'
import { number } from './options'
import { type Chat, errorText, SHOWN_MAX } from './state'

const FIELDS: Record<string, string> = { 102: 'firstname', 103: 'lastname', 161: 'nickname', 364: 'email' }
// These are told at the file they are about.
const OF_FILES = /^20[1-3]$/

interface Fault {
  code?: string | number
  text?: string
  advice?: string
}

/** The errors a response lists. */
export function faultsOf(reason: Options | undefined): Fault[] {
  const body = (reason?.['responseJSON'] ?? reason ?? {}) as { errors?: Fault[] }
  return Array.isArray(body.errors) ? body.errors : []
}

/** Tell the visitor why a chat could not be started, or what went wrong in it. */
export function showErrors(chat: Chat, reason: Options | undefined): void {
  const { isActive, form } = chat.state
  const faults = faultsOf(reason)
  const status = `${reason?.['status'] ?? ''}`
  const known = faults.map(({ code = '', text = '' }) => errorText(chat, code) ?? text)
  const texts = [...new Set(known.filter(Boolean))]
  if (!texts.length && !isActive)
    texts.push(errorText(chat, status) ?? errorText(chat, 'StartFailed') ?? chat.say('ChatError'))
  if (!texts.length) return
  const names = faults.map(({ code = '' }) => FIELDS[code]).filter((it) => it !== undefined)
  const first = isActive ? undefined : form?.mark(names)
  // The focus goes where something has to be put right, after it went back.
  notify(chat, 'error', texts.join(' '), () => setTimeout(() => first?.focus()))
}

/** Follow what the service says about its connection. */
export function watchConnection(chat: Chat): void {
  const { plugin, serviceName } = chat
  const on = (event: string, act: (data: Options) => void) =>
    plugin.subscribe(`${serviceName}.${event}`, ({ data }) => act(data))
  const text = (code: string) => errorText(chat, code) ?? ''
  const patience = createPatience(chat)

  on('error', (reason) => {
    if (!chat.state.isActive) return // Whoever starts a chat hears it from the command.
    const status = Number(reason['status'])
    if (status === 401 || status === 403 || status >= 500) patience.begin()
    const isOfFile = reason['filename'] || faultsOf(reason).some(({ code }) => OF_FILES.test(`${code}`))
    if (!isOfFile) showErrors(chat, reason)
  })
  on('disconnected', () => {
    chat.set({ isLocked: true })
    notify(chat, 'connection', text('Disconnected'))
  })
  on('reconnected', () => {
    patience.end()
    chat.set({ isLocked: false })
    notify(chat, 'connection', text('Reconnected'))
    setTimeout(() => takeBack(chat, 'connection'), 2000)
  })
  const isDelayed = (code: string) => () =>
    notify(chat, 'delay', text(code), () => chat.service('resetPollExceptions'))
  on('chatServerWentOffline', isDelayed('ChatServerWentOffline'))
  on('restoredOffline', isDelayed('RestoredOffline'))
  on('chatServerBackOnline', () => takeBack(chat, 'delay'))
  on('sessionLost', () => offerAnother(chat, text('404') || text('Generic')))
  for (const good of ['messageReceived', 'agentConnected', 'ended']) on(good, patience.end)
}

/** How long a chat whose server answers with errors is kept: first a question, then the end. */
function createPatience(chat: Chat) {
  let timers: ReturnType<typeof setTimeout>[] = []
  const end = () => {
    timers.forEach(clearTimeout)
    timers = []
    takeBack(chat, 'patience')
  }
  const giveUp = async () => {
    end()
    await chat.service('endChat').catch(() => {})
    notify(chat, 'error', errorText(chat, 'CriticalFault') ?? '')
  }
  const begin = () => {
    if (timers.length) return
    const { promptEndChatOnError, endChatOnErrorThreshold } = chat.options()
    const question = () =>
      ask(chat, 'patience', errorText(chat, '500') ?? chat.say('ChatEndQuestion'), () => {
        end()
        chat.command('restart')
      })
    timers = [
      setTimeout(question, number(promptEndChatOnError, 60_000)),
      setTimeout(giveUp, number(endChatOnErrorThreshold, 300_000)),
    ]
  }
  return { begin, end }
}

/** What a transcript holds before anything was said. */
export const FRESH = { lines: [], typing: [], unread: 0, shown: SHOWN_MAX, isEnded: false, hasAgent: false }
