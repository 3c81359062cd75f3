// WebChatService: a visitor's chat as a plugin of the bus, without any window: webchat-service, sections 1 to 6.
//
// Its twin is src/frontdesk/client/webchat_service.py.

import { once } from '../../shared/once'
import { report } from '../../shared/promise'
import type { Json } from '../../shared/transport'
import type { Call, Handler, Plugin } from '../../shared/types'
import { createEngine, type Engine } from './engine'
import { objectOf } from './json'
import type * as MoreFile from './more'
import { readOptions } from './options'
import { publicOf } from './outcomes'
import type { Protocol } from './protocol'
import * as refusals from './refusals'
import { Rejection, reasonsOf } from './rejection'
import { createRestoring, type Restoring } from './restoring'
import { type Store, v2Keeping } from './saved'
import type * as SocketFile from './transports/socket'
import { createV2, NOBODY } from './transports/v2'
import { unreachable } from './transports/v2answers'
import { readUserData, startRequest } from './userdata'
import { wordCommands } from './words'

export const NAME = 'WebChatService'

const EVENTS =
  'ready started restored restoreTimeout restoreFailed restoredOffline messageReceived error ended ' +
  'agentTypingStarted agentTypingStopped pollingStarted pollingStopped clientConnected clientDisconnected ' +
  'agentConnected agentDisconnected supervisorConnected supervisorDisconnected botConnected botDisconnected ' +
  'clientTypingStarted clientTypingStopped disconnected reconnected connectionPending chatServerWentOffline ' +
  'chatServerBackOnline connectionRestored ajaxResponse capabilitiesChanged sessionLost sleeping waking'

// What more.ts carries out.
const MORE =
  'sendCustomNotice sendFilteredMessage addPrefilter registerPreProcessor pushUrl updateNickname sendReadReceipt sendFile ' +
  'downloadFile deleteFile getFileLimits updateUserData getTranscript getAgents poll startPoll stopPoll pausePoll ' +
  'resetPollExceptions sleep ' +
  'wake verifySession fetchHistory getStats'

/** What a command gives, now or later; a thrown `Rejection` says why not. */
export type Command = (data: Json, call: Call) => unknown
export type Commands = Record<string, Command>

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
  /** Brings what may relieve polls where the site has chosen no protocol. */
  readonly socket: () => Promise<typeof SocketFile>
  /** Brings protocols, by the name that `transport.type` gives. */
  readonly protocols?: Record<string, () => Promise<Protocol>>
  /** Given to callbacks of the page, after their own value. */
  readonly callbackValues?: readonly unknown[]
  /** Whether a chat window is on screen. */
  readonly isOpen?: () => boolean
}

export interface Service {
  readonly engine: Engine
  readonly restoring: Restoring
  /** Be ready for commands, and go on with the session that was kept, if there is one. */
  begin(): Promise<void>
}

/** The headless chat service, as `plugin`. */
export function createService(plugin: Plugin, surroundings: Surroundings): Service {
  const { store, callbackValues = [], isOpen = () => false } = surroundings
  let config = surroundings.config
  const more = () => surroundings.more().catch(notBrought)
  const v2: Protocol = { create: (options) => createV2(options, surroundings.more, surroundings.socket) }
  const protocols: Surroundings['protocols'] = { v2: async () => v2, ...surroundings.protocols }
  let protocol = v2
  let spoken = 'v2'
  const options = () => {
    const plain = readOptions(config(), surroundings.header())
    return protocol.refine?.(plain, config()) ?? plain
  }

  const engine = createEngine({
    transport: v2.create(options),
    options,
    keeping: v2Keeping(store),
    publish(name, data) {
      if (/^(started|restored|ended)$/.test(name)) plugin.data('active', name !== 'ended')
      return plugin.publish(name, data)
    },
    callbackValues,
  })
  /** Speak as the configuration says now. */
  const adopt = async () => {
    const { transportType } = options()
    const bring = protocols[transportType]
    if (!bring || transportType === spoken) return
    protocol = await bring().catch(notBrought)
    spoken = transportType
    engine.transport.close()
    engine.transport = protocol.create(options)
    engine.keeping = (protocol.keeping ?? v2Keeping)(store)
    tellCapabilities()
  }
  const restoring = createRestoring(engine, isOpen, more)

  const requireUseful = (given: object) => {
    const { transportType, dataUrl } = readOptions(given)
    if (!Object.keys(given).length) throw new Rejection(refusals.INVALID_CONFIGURATION)
    if (!protocols[transportType] || (transportType === 'v2' && !dataUrl))
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
    async configure(data) {
      engine.requireNobody()
      requireUseful(data)
      config = () => data
      engine.transport.close()
      await adopt()
      tellCapabilities()
    },
    async startChat(data) {
      engine.requireNobody()
      const given = readUserData(data['userData'])
      const configuration: { userData?: unknown } = config()
      requireUseful(configuration)
      await adopt()
      const request = (protocol.startRequest ?? startRequest)(data, {
        configured: objectOf(configuration.userData),
        kept: objectOf(plugin.data('userData')),
        given,
        page: surroundings.pageData(),
        language: surroundings.language(),
        isAsync: options().asynchronous.isEnabled,
      })
      plugin.data('userData', request.userData)
      return engine.start(request)
    },
    endChat: () => engine.leave(),
    restore,
    asyncRestore: restore,
    getSessionData: () => publicOf(engine.live?.session.credentials ?? protocol.nobody ?? NOBODY),
    ...words,
  }
  plugin.registerEvents(EVENTS.split(' '))
  const bring = once(async () => {
    const { moreCommands } = await more()
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
    async begin() {
      coming = adopt() // The page may have said meanwhile what it wants.
      await coming.catch(() => {}) // It is asked for again when a chat starts.
      tellCapabilities()
      plugin.ready()
      plugin.republish('ready')
      if (restoring.hasSaved()) plugin.command('restore')
    },
  }
}

/** What is fetched did not come: as if what it asks for had not been answered. */
function notBrought(): never {
  throw new Rejection(unreachable('error').response)
}
