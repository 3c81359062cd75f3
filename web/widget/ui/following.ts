// What the service says becomes what the window shows.

import type { Options } from '../../shared/types'
import { isRich } from './content'
import { focusFirst } from './focus'
import { type Line, lineOf, type Said, withLines, withoutFile } from './lines'
import { bring, here, ignore } from './parts'
import { type Chat, FRESH, KEPT_MAX, SHOWN_MAX, type State } from './state'
import { kept } from './storing'

interface Received {
  messages?: Said[]
  originalMessages?: Options[]
  restoring?: boolean
  oldMessages?: boolean
  idleTimeCountDown?: number
}

const TYPING_LASTS_MS = 30_000 // Nobody writes longer than that without a sign of it.

/** Follow the events of the service. */
export function followService(chat: Chat): void {
  // What comes after a message that needs more code waits with it.
  let waiting: Promise<unknown> | undefined
  const begin = (known: Partial<State>) => {
    here.inviting?.dropInvite(chat)
    chat.set({ ...FRESH, isActive: true, ...known })
    askLimits(chat)
  }
  const lost = () => {
    chat.set(FRESH)
    chat.command('reInvite')
  }
  const people = ({ numAgentsConnected = 0 }) => chat.set({ hasAgent: numAgentsConnected > 0 })
  chat.hear({
    started: () => begin({}),
    restored: ({ async }: { async?: boolean }) => begin(kept(chat, async === true)),
    restoreTimeout: lost,
    restoreFailed: lost,
    messageReceived(data: Received) {
      const lines = linesOf(chat, data)
      const take = () => received(chat, data, lines)
      if (!waiting && (here.rich || !lines.some((line) => isRich(chat, line)))) return take()
      const mine = Promise.all([bring(chat, 'rich').catch(ignore), waiting]).then(take)
      waiting = mine
      mine.then(() => {
        if (waiting === mine) waiting = undefined
      })
    },
    ended: () => ended(chat),
    capabilitiesChanged: (capabilities: State['capabilities']) => chat.set({ capabilities }),
    agentConnected(data: { numAgentsConnected?: number }) {
      people(data)
      askLimits(chat)
    },
    agentDisconnected: people,
  })
  followTyping(chat)
}

function followTyping(chat: Chat): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const others = (id: unknown) => chat.state.typing.filter((it) => it.id !== `${id}`)
  const stopAll = () => chat.set({ typing: [] })
  chat.hear({
    agentTypingStarted({ from: { id = '', type = 'Agent', name = '' } = {} }: Said) {
      const party = { id: `${id}`, type, name: name || chat.say('AgentNameDefault') }
      if (others(id).length === chat.state.typing.length) {
        chat.set({ typing: [...chat.state.typing, party] })
        chat.speak(chat.say('AriaAgentTyping', { Agent: party.name }))
      }
      clearTimeout(timer)
      timer = setTimeout(stopAll, TYPING_LASTS_MS)
    },
    agentTypingStopped: ({ from }: Said) =>
      from?.id === undefined ? stopAll() : chat.set({ typing: others(from.id) }),
    agentTypingTimeout: stopAll,
  })
}

/** What of the messages belongs into the transcript. A string that a language pack has emptied hides its line. */
function linesOf(chat: Chat, { messages = [], originalMessages = [], restoring }: Received): Line[] {
  return messages
    .map((said) => {
      const original = originalMessages.find(({ index }) => `${index}` === `${said.index}`)
      return lineOf(restoring ? { ...said, restoring } : said, original)
    })
    .filter((line) => line !== undefined)
    .filter(({ key }) => !key || chat.say(key))
}

function received(chat: Chat, data: Received, lines: readonly Line[]): void {
  const { messages = [], restoring, oldMessages } = data
  const { state } = chat
  const isQuiet = restoring || oldMessages
  const added = isQuiet ? 0 : lines.filter(({ author }) => author !== 'Client').length
  const isAway = state.isMinimized || !state.isOpen || state.isHidden
  const all = withLines(here.echo?.withoutEchoes(state.lines, lines) ?? state.lines, lines, oldMessages)
  const isLong = all.length > KEPT_MAX && state.shown === SHOWN_MAX && !oldMessages
  chat.set({
    lines: isLong ? all.slice(-SHOWN_MAX) : all,
    isCut: state.isCut || isLong,
    unread: isAway ? state.unread + added : 0,
    ...(messages.some(({ type }) => type === 'Message') && { idle: undefined }),
  })
  for (const said of messages) special(chat, said, data)
  if (!added || state.isOpen || !state.isActive || !state.capabilities.async) return
  const { transport, async } = chat.options()
  const how = (transport?.async ?? async)?.newMessageRestoreState
  chat.set({ staysClosed: false, isMinimized: how === 'minimized' })
  chat.command('open', { restoring: true })
}

/** Bring back the lines that were let go; what the page put in itself stands behind them. */
export async function recall(chat: Chat): Promise<void> {
  if (!chat.state.isCut) return
  const said = await chat.service<Received>('getTranscript')
  const lines = withLines(linesOf(chat, { ...said, restoring: true }), chat.state.lines)
  chat.set({ lines, isCut: false, shown: SHOWN_MAX * 1.5 })
}

/** Messages that are no lines. */
function special(chat: Chat, said: Said, { restoring, idleTimeCountDown }: Received): void {
  const { type = '', from } = said
  if (type === 'FileDeleted') chat.set({ lines: withoutFile(chat.state.lines, said.userData?.['file-id']) })
  if (/^Idle(Alert|Close)$/.test(type))
    bring(chat, 'idle').then(({ warned }) => warned(chat, said, idleTimeCountDown), ignore)
  if (type === 'CustomNotice' && from?.name === '_GCTI_GSS' && !restoring)
    bring(chat, 'survey').then(({ offerSurvey }) => offerSurvey(chat, said.text), ignore)
}

function ended(chat: Chat): void {
  const { lines, isActive, alert, unread, shown, isCut } = chat.state
  if (!isActive) return
  const end = lineOf({ index: `end-${lines.length}`, type: 'Ended' })
  chat.set({
    ...FRESH,
    isEnded: true,
    lines: end && chat.say('ChatEnded') ? [...lines, end] : lines,
    isCut,
    unread,
    shown,
    alert: alert?.kind === 'chat-end' ? undefined : alert,
  })
  if (!chat.state.isOpen) return
  chat.draw()
  focusFirst(chat.host)
}

/** Ask what may be uploaded, when anything may. */
function askLimits(chat: Chat): void {
  if (chat.options().uploadsEnabled === true)
    bring(chat, 'uploading').then(({ takeLimits }) => takeLimits(chat), ignore)
}

/** The visitor does something: a warning about silence goes, and the service hears of it. */
export function stir(chat: Chat): void {
  if (!chat.state.idle || !chat.state.isActive) return
  chat.set({ idle: undefined })
  chat.service('wake', { resetIdleState: true })
}
