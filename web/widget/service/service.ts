// WebChatService: a visitor's chat as a plugin of the bus, without any window: webchat-service, sections 1 to 6.
//
// Its twin is src/frontdesk/client/webchat_service.py.

import { once } from '../../shared/once'
import { report } from '../../shared/promise'
import type { Json, Transport } from '../../shared/transport'
import type { Call, Handler, Plugin } from '../../shared/types'
import { createEngine, type Engine } from './engine'
import { objectOf, textOf } from './json'
import type * as MoreFile from './more'
import { type Options, readOptions } from './options'
import { publicOf } from './outcomes'
import * as refusals from './refusals'
import { Rejection, reasonsOf } from './rejection'
import { createRestoring, type Restoring } from './restoring'
import type { Store } from './saved'
import { createV2, NOBODY } from './transports/v2'
import { unreachable } from './transports/v2answers'
import { readUserData } from './userdata'
import { wordCommands } from './words'

export const NAME = 'WebChatService'

const EVENTS =
  'ready started restored restoreTimeout restoreFailed restoredOffline messageReceived error ended ' +
  'agentTypingStarted agentTypingStopped pollingStarted pollingStopped clientConnected clientDisconnected ' +
  'agentConnected agentDisconnected supervisorConnected supervisorDisconnected botConnected botDisconnected ' +
  'clientTypingStarted clientTypingStopped disconnected reconnected connectionPending chatServerWentOffline ' +
  'chatServerBackOnline connectionRestored ajaxResponse capabilitiesChanged sleeping waking'

// What more.ts carries out.
const MORE =
  'sendCustomNotice sendFilteredMessage addPrefilter registerPreProcessor pushUrl updateNickname sendReadReceipt sendFile ' +
  'downloadFile deleteFile getFileLimits poll startPoll stopPoll pausePoll resetPollExceptions sleep wake verifySession ' +
  'fetchHistory getStats'

/** What a command gives, now or later; a thrown `Rejection` says why not. */
export type Command = (data: Json, call: Call) => unknown
export type Commands = Record<string, Command>

/** Makes a transport, which reads its options whenever it uses them. */
export type TransportMaker = (options: () => Options) => Transport

/** What a service lives in. */
export interface Surroundings {
  /** The `webchat` object of the page, as it is now. */
  readonly config: () => object
  /** Headers that the page wants to be sent along. */
  readonly header: () => Json
  readonly store: Store
  /** What is known of the page, under the names that servers know. */
  readonly pageData: () => Json
  readonly language: () => string
  /** Brings the commands that a plain chat does without. */
  readonly more: () => Promise<typeof MoreFile>
  /** Protocols by the name that `transport.type` gives. */
  readonly transports?: Record<string, TransportMaker>
  /** Given to callbacks of the page, after their own value. */
  readonly callbackValues?: readonly unknown[]
  /** Whether a chat window is on screen. */
  readonly isOpen?: () => boolean
}

export interface Service {
  readonly engine: Engine
  readonly restoring: Restoring
  /** Be ready for commands, and go on with the session that was kept, if there is one. */
  begin(): void
}

/** The headless chat service, as `plugin`. */
export function createService(plugin: Plugin, surroundings: Surroundings): Service {
  const { store, callbackValues = [], isOpen = () => false } = surroundings
  let config = surroundings.config
  const options = () => readOptions(config(), surroundings.header())
  const v2: TransportMaker = (options) => createV2(options, surroundings.more)
  const makers: Record<string, TransportMaker> = { v2, ...surroundings.transports }

  const transport = () => (makers[options().transportType] ?? v2)(options)

  const engine = createEngine({
    transport: transport(),
    options,
    store,
    publish(name, data) {
      if (/^(started|restored|ended)$/.test(name)) plugin.data('active', name !== 'ended')
      return plugin.publish(name, data)
    },
    callbackValues,
  })
  const restoring = createRestoring(engine, isOpen)

  const requireUseful = (given: object) => {
    const { transportType, dataUrl } = readOptions(given)
    if (!Object.keys(given).length) throw new Rejection(refusals.INVALID_CONFIGURATION)
    if (!makers[transportType] || (transportType === 'v2' && !dataUrl))
      throw new Rejection(refusals.INVALID_TRANSPORT)
  }
  const tellCapabilities = () => {
    const { pagination, fileUpload } = engine.transport.supports
    const { isEnabled } = options().asynchronous
    const capabilities = {
      async: isEnabled,
      asyncClose: isEnabled,
      pagination: pagination && isEnabled,
      fileUpload,
    }
    plugin.data('capabilities', capabilities)
    plugin.publish('capabilitiesChanged', capabilities)
  }
  const restore: Command = ({ sessionData }, { commander }) => {
    restoring.refuse(commander === NAME)
    return restoring.restore(sessionData)
  }

  const words = wordCommands(engine)
  const commands: Commands = {
    configure(data) {
      engine.requireNobody()
      requireUseful(data)
      config = () => data
      engine.transport.close()
      engine.transport = transport()
      tellCapabilities()
    },
    startChat(data) {
      engine.requireNobody()
      const given = readUserData(data['userData'])
      const configuration: { userData?: unknown } = config()
      requireUseful(configuration)
      const userData = {
        GCTI_LanguageCode: surroundings.language(),
        ...objectOf(configuration.userData),
        ...plugin.data<Json>('userData'),
        ...given,
        ...surroundings.pageData(),
        ...(options().asynchronous.isEnabled && { GCTI_Chat_AsyncMode: 'true' }),
      }
      plugin.data('userData', userData)
      const text = (name: string) => textOf(data[name])
      return engine.start({
        nickname: text('nickname'),
        firstName: text('firstname'),
        lastName: text('lastname'),
        email: text('email'),
        subject: text('subject'),
        text: text('text'),
        userData,
      })
    },
    endChat: () => engine.leave(),
    restore,
    asyncRestore: restore,
    updateUserData(data) {
      const userData = { ...plugin.data<Json>('userData'), ...data }
      plugin.data('userData', userData)
      if (!engine.isActive()) return { ...userData }
      if (!engine.transport.supports.userData) throw new Rejection(refusals.NO_USER_DATA)
      return engine.request((who) => engine.transport.updateUserData(who, data))
    },
    async getTranscript() {
      const { session } = engine
      const again = session?.isCut && (await engine.transport.refresh(session.credentials, 1))
      const { messages = [], originals = [] } =
        (again && again.outcome === 'done' ? session?.reread(again.events) : session) ?? {}
      return { messages: [...messages], originalMessages: [...originals] }
    },
    getAgents: () => ({ agents: { ...engine.session?.people.agents } }),
    getSessionData: () => publicOf(engine.live?.session.credentials ?? NOBODY),
    ...words,
  }
  plugin.registerEvents(EVENTS.split(' '))
  const bring = once(async () => {
    const { moreCommands } = await surroundings.more().catch(() => {
      throw new Rejection(unreachable('error').response) // As what it would have asked for.
    })
    Object.assign(commands, moreCommands(engine, restoring, plugin, words.sendMessage as Command))
  })
  let coming: Promise<unknown> | undefined
  /** Settles the call with what the command gives. Calls keep their order: those after one that is fetched wait, too. */
  const handler =
    (name: string): Handler =>
    async (call) => {
      try {
        if (!(name in commands)) coming = bring()
        await coming?.catch(() => {})
        if (!(name in commands)) await coming // Which says why it did not come.
        const value = await commands[name]?.(call.data, call)
        if (value === undefined) call.deferred.resolve()
        else call.deferred.resolve(value)
      } catch (error) {
        const reasons = reasonsOf(error)
        call.deferred.reject(...(reasons ?? [error]))
        if (!reasons) report(error)
      }
    }
  for (const name of [...Object.keys(commands), ...MORE.split(' ')])
    plugin.registerCommand(name, handler(name))

  return {
    engine,
    restoring,
    begin() {
      engine.transport = transport() // The page may have said meanwhile what it wants.
      tellCapabilities()
      plugin.ready()
      plugin.republish('ready')
      if (restoring.hasSaved()) plugin.command('restore')
    },
  }
}
