// The Chat Service API: a site's own chat starts or restores a session. webchat-service, section 9.
//
// A file of its own: `import { chat } from '…/widget/chat.mjs'`.

import { createBus } from '../../shared/bus'
import type { Promised } from '../../shared/promise'
import type { Transport } from '../../shared/transport'
import type { Plugin } from '../../shared/types'
import { letGo } from '../service/live'
import * as more from '../service/more'
import type { Store } from '../service/saved'
import { createService, NAME, type Service } from '../service/service'
import * as socket from '../service/transports/socket'
import { ChatFailed, CODE, failed, failureOf } from './errors'
import { type ChatSession, createSession, promised } from './session'
import { cookieStorage, createKeeper, type Keeper, type StateStorage } from './state'

export type { FailEvent } from './errors'
export type { MessageEvent, Party } from './events'
export type { ChatSession } from './session'
export type { State, StateStorage } from './state'

const NICKNAME = 'User' // What a visitor is called who does not say.
const GIVEN = 'given' // The name under which the site's own transport is known to the service.

/** What `startSession` and `restoreSession` take; `createContact`, `maxOfflineDuration`, `logger` mean nothing here. */
export interface ChatOptions {
  /** For instance `https://chat.example/genesys/2/chat/support`. */
  readonly serverUrl?: string
  readonly username?: string
  readonly subject?: string
  readonly userData?: object
  /** Takes the place of the built-in one, and of `serverUrl`. */
  readonly transport?: Transport
  /** Keeps what the next page needs to go on with the session; a cookie by default. */
  readonly stateStorage?: StateStorage
  /** Options of WebChatService, such as `apikey` or `pollRateMin`. */
  readonly options?: object
  readonly [other: string]: unknown
}

/** One visitor's way into a chat; it has one session at a time. */
export interface Chat {
  startSession(options: ChatOptions): Promised<ChatSession>
  startChat(options: ChatOptions): Promised<ChatSession>
  /** `fail` gets an event without `error` when there is nothing to restore, and with one when it cannot be. */
  restoreSession(options?: ChatOptions): Promised<ChatSession>
  /** Let go of the connection; a session that is not over can be restored later. */
  close(): void
}

interface Running extends ReturnType<typeof createSession> {
  readonly service: Service
  readonly plugin: Plugin
}

/** What the service keeps itself is not needed: the state is the site's. */
function memory(): Store {
  const kept = new Map<string, string>()
  return {
    get: (name) => kept.get(name),
    set: (name, value) => kept.set(name, value),
    remove: (name) => kept.delete(name),
  }
}

export function createChat(): Chat {
  let running: Running | undefined
  let isBeginning = false

  const prepare = async (
    given: ChatOptions,
    keeper: Keeper,
    serverUrl = '',
    position = 1,
  ): Promise<Running> => {
    const { transport, options } = given
    const bus = createBus({ version: '', builtIn: () => undefined, onSubscribe() {} })
    bus.configure({ log: false })
    const webchat = { ...options, dataURL: serverUrl, ...(transport && { transport: { type: GIVEN } }) }
    const served = bus.registerPlugin(NAME) as Plugin
    const service = createService(served, {
      config: () => webchat,
      header: () => ({}),
      store: memory(),
      pageData: () => ({}),
      more: async () => more,
      socket: async () => socket,
      language: () => document.documentElement.lang || 'en',
      ...(transport && { protocols: { [GIVEN]: async () => ({ create: () => transport }) } }),
    })
    await service.begin()
    const plugin = bus.registerPlugin('Chat') as Plugin
    plugin.ready()
    return { ...createSession({ plugin, service, keeper, serverUrl, position }), service, plugin }
  }
  const drop = () => {
    if (!running) return
    running.release()
    const { engine } = running.service
    if (engine.live) letGo(engine.live)
    engine.transport.close()
    running = undefined
  }
  /** Do what begins a session, one at a time. */
  const begin = (how: () => Promise<Running>, isStart: boolean) =>
    promised(async () => {
      if (isBeginning || (running && !running.isOver()))
        throw failed(CODE.runningOnThisPage, 'there is a session on this page already')
      isBeginning = true
      drop()
      try {
        running = await how()
        await running.keep()
        return running.session
      } finally {
        isBeginning = false
      }
    }, isStart)
  const keeperOf = ({ stateStorage }: ChatOptions) => createKeeper(stateStorage ?? cookieStorage())
  const requireServer = ({ serverUrl, transport }: ChatOptions) => {
    if (!serverUrl && !transport) throw failed(CODE.missingParameter, 'serverUrl or transport is needed')
  }
  const startSession = (given: ChatOptions = {}) =>
    begin(async () => {
      requireServer(given)
      const begun = await prepare(given, keeperOf(given), given.serverUrl)
      const { username = NICKNAME, subject = '', userData } = given
      await begun.plugin.command(`${NAME}.startChat`, { nickname: username, subject, userData })
      return begun
    }, true)

  return {
    startSession,
    startChat: startSession,
    restoreSession: (given: ChatOptions = {}) =>
      begin(async () => {
        const keeper = keeperOf(given)
        const state = await keeper.read()
        if (!state) throw new ChatFailed()
        const serverUrl = given.serverUrl || state.serverUrl
        requireServer({ ...given, serverUrl })
        const begun = await prepare(given, keeper, serverUrl, state.position)
        try {
          await begun.service.restoring.restore({ sessionID: state.sessionId, ...state.credentials })
        } catch (error) {
          throw await lost(error, keeper)
        }
        return begun
      }, false),
    close: drop,
  }
}

/** Why the kept session cannot be continued; what is over is kept no longer. */
async function lost(reason: unknown, keeper: Keeper): Promise<ChatFailed> {
  const isOver = !(reason as { reasons?: unknown[] }).reasons?.length
  const over = { code: CODE.unknownSession, description: 'the session has ended' }
  const failure = isOver ? new ChatFailed(over) : failureOf(reason)
  if (failure.event.error?.code === CODE.unknownSession) {
    keeper.keep(null)
    await keeper.written()
  }
  return failure
}

/** The chat of this page. */
export const chat = createChat()
