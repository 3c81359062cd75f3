// What the service says becomes what the window shows.

import type { Options } from '../../shared/types'
import { FRESH } from './errors'
import { dropInvite, reInvite } from './inviting'
import { type Line, lineOf, type Said, withLines } from './lines'
import { number } from './options'
import type { Chat, State } from './state'

interface Received {
  messages?: Said[]
  originalMessages?: Options[]
  restoring?: boolean
  oldMessages?: boolean
  idleTimeCountDown?: number
}

interface PartyEvent {
  message?: Said
  agents?: Record<string, { connected?: boolean }>
  numAgentsConnected?: number
}

const STATE = '_genesys.widgets.webchat.state.'
const TYPING_LASTS_MS = 30_000 // Nobody writes longer than that without a sign of it.

/** Follow the events of the service. */
export function followService(chat: Chat): void {
  const { plugin, serviceName } = chat
  const on = <T = Options>(event: string, act: (data: T) => void) =>
    plugin.subscribe<T>(`${serviceName}.${event}`, ({ data }) => act(data))

  on('started', () => {
    dropInvite(chat)
    chat.set({ ...FRESH, isActive: true, isLoading: false, form: undefined, alert: undefined })
    askLimits(chat)
  })
  on<{ async?: boolean }>('restored', ({ async }) => restored(chat, async === true))
  for (const event of ['restoreTimeout', 'restoreFailed'])
    on(event, () => {
      forget(chat)
      reInvite(chat).fail(() => {})
    })
  on<Received>('messageReceived', (data) => received(chat, data))
  on('ended', () => ended(chat))
  on<State['capabilities']>('capabilitiesChanged', (capabilities) => chat.set({ capabilities }))
  const people = ({ numAgentsConnected = 0 }: PartyEvent) => chat.set({ hasAgent: numAgentsConnected > 0 })
  on<PartyEvent>('agentConnected', (data) => {
    people(data)
    askLimits(chat)
  })
  on<PartyEvent>('agentDisconnected', people)
  followTyping(chat, on)
}

type On = <T = Options>(event: string, act: (data: T) => void) => void

function followTyping(chat: Chat, on: On): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = ({ from }: Said) => {
    const id = from?.id
    const { typing } = chat.state
    chat.set({ typing: id === undefined ? [] : typing.filter((it) => it.id !== `${id}`) })
  }
  on<Said>('agentTypingStarted', ({ from = {} }) => {
    const { id = '', type = 'Agent', name = '' } = from
    const others = chat.state.typing.filter((it) => it.id !== `${id}`)
    if (others.length === chat.state.typing.length) {
      chat.set({ typing: [...others, { id: `${id}`, type, name: name || chat.say('AgentNameDefault') }] })
      chat.speak(chat.say('AriaAgentTyping', { Agent: name || chat.say('AgentNameDefault') }))
    }
    clearTimeout(timer)
    timer = setTimeout(() => stop({}), TYPING_LASTS_MS)
  })
  on<Said>('agentTypingStopped', stop)
  on('agentTypingTimeout', () => stop({}))
}

/** A session of the page before goes on; its window comes with a command of the interaction. */
function restored(chat: Chat, isAsync: boolean): void {
  const { cookies } = chat.core
  const isMinimized =
    cookies.get(`${STATE}minimized`) === 'true' ||
    (chat.state.isMobile && chat.options().minimizeOnMobileRestore === true)
  chat.set({
    ...FRESH,
    isActive: true,
    isLoading: false,
    form: undefined,
    isMinimized,
    staysClosed: isAsync && cookies.get(`${STATE}open`) === 'false',
    unread: isMinimized ? Number(cookies.get(`${STATE}asyncUnreadMessageCount`)) || 0 : 0,
  })
  askLimits(chat)
}

function received(chat: Chat, data: Received): void {
  const { messages = [], originalMessages = [], restoring, oldMessages } = data
  const originals = new Map(originalMessages.map((it) => [`${it['index']}`, it]))
  const lines = messages
    .map((said) => lineOf(restoring ? { ...said, restoring } : said, originals.get(`${said.index}`)))
    .filter((line) => line !== undefined)
    .filter(({ key }) => key === undefined || chat.say(key) !== '')
  const { state } = chat
  const before = withoutEchoes(state.lines, lines)
  const isQuiet = restoring || oldMessages
  const added = isQuiet ? 0 : lines.filter(({ author }) => author !== 'Client').length
  const isAway = state.isMinimized || !state.isOpen || state.isHidden
  chat.set({
    lines: withLines(onlyFirstStart(before), onlyFirstStart(lines, before), oldMessages),
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

/** One's own words that come back from the server take the place of those on their way. */
function withoutEchoes(lines: readonly Line[], fresh: readonly Line[]): readonly Line[] {
  let left = lines
  for (const { author, text } of fresh) {
    const at = author === 'Client' ? left.findIndex((it) => it.status && it.text === text) : -1
    if (at >= 0) left = left.filter((_, index) => index !== at)
  }
  return left
}

/** The visitor's first arrival is the start of the chat; a later one is no news. */
function onlyFirstStart(lines: readonly Line[], before: readonly Line[] = []): readonly Line[] {
  let hasBegun = before.some(({ key }) => key === 'ChatStarted')
  return lines.filter(({ key }) => {
    if (key !== 'ChatStarted') return true
    const isFirst = !hasBegun
    hasBegun = true
    return isFirst
  })
}

/** Messages that are no lines. */
function special(chat: Chat, { type = '', text = '', userData, from }: Said, data: Received): void {
  if (/^Idle(Alert|Close)$/.test(type)) {
    const isClose = userData?.['next-idle-timer-type'] === 'CLOSE'
    const seconds = Number(data.idleTimeCountDown ?? userData?.['next-idle-timer-secs']) || 0
    const { words } = chat.state
    const own = words[type === 'IdleClose' ? 'IdleMessageClose' : 'IdleMessage1']
    const until = isClose && seconds ? Date.now() + seconds * 1000 : 0
    chat.set({ idle: { text: `${own ?? text}`, until, span: seconds * 1000 } })
    if (chat.options().unminimizeOnAlert !== false) chat.set({ isMinimized: false })
  }
  if (type === 'CustomNotice' && from?.name === '_GCTI_GSS' && !data.restoring) offerSurvey(chat, text)
}

/** A survey that the server offers: webchat-ui, section 5.10. */
function offerSurvey(chat: Chat, text: string): void {
  let offer: { Survey_URL?: string; Cancel_URL?: string } = {}
  try {
    offer = JSON.parse(text)
  } catch {
    return // Not an offer we understand.
  }
  const { Survey_URL: survey = '', Cancel_URL: cancel = '' } = offer
  if (!/^https?:/.test(survey)) return
  chat.set({
    alert: {
      kind: 'general',
      about: 'survey',
      text: chat.say('SurveyOfferQuestion'),
      buttons: [
        {
          name: 'cx-survey-reject',
          key: 'ShowSurveyReject',
          act: () => {
            if (/^https?:/.test(cancel)) fetch(cancel, { method: 'POST', mode: 'no-cors' }).catch(() => {})
          },
        },
        {
          name: 'cx-survey-accept',
          key: 'ShowSurveyAccept',
          act: () => window.open(survey, '_blank', 'noopener'),
        },
      ],
    },
  })
}

function ended(chat: Chat): void {
  const { lines, isActive, alert } = chat.state
  if (!isActive) return
  const text = chat.say('ChatEnded')
  const line: Line = {
    index: `end-${lines.length}`,
    kind: 'system',
    author: 'External',
    group: '',
    name: '',
    text,
    key: 'ChatEnded',
    at: Date.now(),
  }
  chat.set({
    lines: text ? [...lines, line] : lines,
    typing: [],
    isActive: false,
    isEnded: true,
    isLocked: false,
    isEmojiOpen: false,
    draft: '',
    idle: undefined,
    upload: undefined,
    ...(alert?.kind === 'chat-end' && { alert: undefined }),
  })
  if (!chat.state.isOpen) return
  chat.draw()
  chat.host.querySelector<HTMLElement>('.cx-button-close')?.focus({ preventScroll: true })
}

/** Nothing is left of a session that could not be found again. */
function forget(chat: Chat): void {
  chat.set({ ...FRESH, isActive: false, isLoading: false })
}

/** Ask what may be uploaded, when anything may. */
export function askLimits(chat: Chat): void {
  if (chat.options().uploadsEnabled !== true) return
  const take = (response: { messages?: Said[] }) => {
    const said = (response.messages ?? []).map(({ userData = {} }) => userData)
    const data: Options = Object.assign({}, ...said)
    const types = `${data['upload-file-types'] ?? ''}`.split(':').filter(Boolean)
    chat.set({
      limits: {
        types: types.map((it) => `.${it}`).join(','),
        bytesMax: number(Number(data['upload-max-file-size'] || Number.NaN), Number.POSITIVE_INFINITY),
        needsAgent: `${data['upload-need-agent']}` === 'true',
      },
    })
  }
  chat.service<{ messages?: Said[] }>('getFileLimits').done(take)
}

/** The visitor does something: a warning about silence goes, and the service hears of it. */
export function stir(chat: Chat): void {
  if (!chat.state.idle || !chat.state.isActive) return
  chat.set({ idle: undefined })
  chat.service('wake', { resetIdleState: true })
}
