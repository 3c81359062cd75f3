// What goes wrong, in words: webchat-ui, sections 5.2 and 5.9.

import type { Options } from '../../shared/types'
import { offerAnother } from './closing'
import { bring, here, ignore } from './parts'
import type { AlertButton, Chat } from './state'

const FIELDS: Record<string, string> = { 102: 'firstname', 103: 'lastname', 161: 'nickname', 364: 'email' }
// These are told at the file they are about.
const OF_FILES = /^20[1-3]$/
// The status of a server that cannot or will not go on.
const FAILING = /^(40[13]|5..)$/
const NOTICE_MS = 2000

interface Fault {
  code?: string | number
  text?: string
}

/** The errors a response lists. */
function faultsOf(reason: Options | undefined): Fault[] {
  const body = (reason?.['responseJSON'] ?? reason ?? {}) as { errors?: Fault[] }
  return Array.isArray(body.errors) ? body.errors : []
}

/** Tell the visitor why a chat could not be started, or what went wrong in it. */
export function showErrors(chat: Chat, reason: Options | undefined): void {
  const { isActive, form } = chat.state
  const faults = faultsOf(reason)
  const known = faults.map(({ code = '', text = '' }) => chat.error(code) || text)
  let text = [...new Set(known.filter(Boolean))].join(' ')
  if (!isActive)
    text ||= chat.error(`${reason?.['status']}`) || chat.error('StartFailed') || chat.say('ChatError')
  if (!text) return
  const first = isActive ? undefined : form?.mark(faults.map(({ code = '' }) => FIELDS[code]))
  // The focus goes where something has to be put right, after it went back.
  chat.ask('error', text, [['ChatErrorButton', () => setTimeout(() => first?.focus())]])
}

/** Follow what the service says about its connection. */
export function watchConnection(chat: Chat): void {
  const answered = () => here.patience?.end(chat)
  const begins = (trouble: string, about: string, buttons?: AlertButton[]) => {
    chat.set({ trouble })
    chat.ask(about, chat.error(trouble), buttons)
  }
  const delayed = (code: string) => () =>
    begins(code, 'delay', [['ChatErrorButton', () => chat.service('resetPollExceptions')]])
  chat.hear({
    error(reason: Options) {
      if (!chat.state.isActive) return // Whoever starts a chat hears it from the command.
      if (FAILING.test(`${reason['status']}`))
        bring(chat, 'patience').then(({ begin }) => begin(chat), ignore)
      const isOfFile = reason['filename'] || faultsOf(reason).some(({ code }) => OF_FILES.test(`${code}`))
      if (!isOfFile) showErrors(chat, reason)
    },
    disconnected() {
      chat.set({ isLocked: true })
      begins('Disconnected', 'connection')
    },
    reconnected() {
      answered()
      chat.set({ isLocked: false, trouble: '' })
      chat.ask('connection', chat.error('Reconnected'))
      setTimeout(() => chat.takeBack('connection'), NOTICE_MS)
    },
    chatServerWentOffline: delayed('ChatServerWentOffline'),
    restoredOffline: delayed('RestoredOffline'),
    chatServerBackOnline() {
      chat.set({ trouble: '' })
      chat.takeBack('delay')
    },
    sessionLost: () => offerAnother(chat, chat.error('404') || chat.error('Generic')),
  })
  chat.hear({ messageReceived: answered, agentConnected: answered, ended: answered })
}
