// One session of the Chat Service API: what a site's own chat does. It is a view of WebChatService on a bus of its own,
// so that both agree on what happens in a chat. webchat-service, sections 9.2 to 9.5.

import { defer, type Promised } from '../../shared/promise'
import type { Answer, Credentials, Json } from '../../shared/transport'
import type { BusEvent, Plugin } from '../../shared/types'
import { isObject, numberOf, objectOf, objectsOf, textOf } from '../service/json'
import { indexOf, type Message, normalise } from '../service/messages'
import { createPeople } from '../service/people'
import { credentialsFrom } from '../service/saved'
import { NAME, type Service } from '../service/service'
import { type Callback, createCallbacks } from './callbacks'
import { ChatFailed, CODE, chatError, failed, failureOf } from './errors'
import { messageEventOf, partyOf } from './events'
import { type Keeper, stateOf } from './state'

const CREDENTIALS = ['secureKey', 'userId', 'alias']
const NO_SUCH_CALL = [404, 405, 501] // How servers answer the calls for user data when they do not know them.

export type ChatSession = ReturnType<typeof createSession>['session']

/** What a session is made of. */
export interface SessionParts {
  readonly plugin: Plugin
  readonly service: Service
  readonly keeper: Keeper
  readonly serverUrl: string
  /** The first event that the page has not been told. */
  readonly position: number
}

/** A promise in the old manner of what `run` gives; `fail` gets an event. */
export function promised<T>(run: () => Promise<T>, isStart = false): Promised<T> {
  const deferred = defer<T>()
  run().then(
    (value) => (value === undefined ? deferred.resolve() : deferred.resolve(value)),
    (error) => deferred.reject(failureOf(error, isStart).event),
  )
  return deferred.promise()
}

export function createSession({ plugin, service, keeper, serverUrl, position: first }: SessionParts) {
  const callbacks = createCallbacks()
  let credentials: Credentials | undefined
  let position = first
  let isOver = false

  const keep = (data: Json) => {
    const sessionId = textOf(data['sessionID'])
    const keys = CREDENTIALS.filter((name) => data[name]).map((name) => [name, textOf(data[name])])
    credentials = credentialsFrom(sessionId, Object.fromEntries(keys))
    keeper.keep(stateOf({ sessionId, credentials: Object.fromEntries(keys), position, serverUrl }))
  }
  const asked = async (call: (who: Credentials) => Promise<Answer>): Promise<Answer> => {
    if (!credentials) throw failed(CODE.unknownSession, 'the connection was let go')
    const answer = await call(credentials)
    if (answer.outcome !== 'done') throw new ChatFailed(chatError(answer.response))
    return answer
  }
  const command = (name: string, options: object = {}) =>
    promised(async () => {
      const response = await plugin.command(`${NAME}.${name}`, options)
      if (isObject(response) && response['statusCode'] === 1) {
        const isOffline = Object.keys(response).length === 1
        throw isOffline
          ? failed(CODE.networkInterrupted, 'the server cannot be reached')
          : new ChatFailed(chatError(response))
      }
    })
  const userData = <T>(
    key: unknown,
    call: 'readUserData' | 'deleteUserData',
    read: (response: Json) => T,
  ): Promised<T> =>
    promised(async () => {
      if (typeof key !== 'string' || !key) throw failed(CODE.missingParameter, 'a key is needed')
      const { response } = await asked(async (who) => {
        const answer = await service.engine.transport[call](who, [key])
        if (NO_SUCH_CALL.includes(answer.status))
          throw failed(CODE.unknownCommand, 'this server has no call to read or delete user data')
        return answer
      })
      return read(response)
    })

  /** Whether `message` is not among those that were told before this session was restored. */
  const isNews = (message: Message) => (indexOf(message) ?? 0) >= position

  const onParty = (name: string) => (event: BusEvent) => {
    const { message } = event.data // When the session ends, there is none: its end says it all.
    if (isObject(message) && isNews(message)) callbacks.tell(name, { party: partyOf(message) })
  }
  const onTyping = (isTyping: boolean) => (event: BusEvent) => {
    const { data } = event
    // Whoever was writing has left, or is somebody whose message says who.
    if (!data['from']) callbacks.tell('agentTyping', { party: null, isTyping })
    else if (isNews(data)) callbacks.tell('agentTyping', { party: partyOf(data), isTyping })
  }
  const hears: Record<string, (event: BusEvent) => void> = {
    /** The server may give new credentials with any answer; the newest count. */
    ajaxResponse({ data }) {
      if (!credentials || isOver) return
      const { sessionId: sessionID, secureKey, userId, alias } = credentials
      const now: Json = { sessionID, secureKey, userId, alias }
      const fresh = CREDENTIALS.filter((name) => data[name] && data[name] !== now[name])
      if (fresh.length) keep({ ...now, ...Object.fromEntries(fresh.map((name) => [name, data[name]])) })
    },
    messageReceived({ data }) {
      const messages = objectsOf(data['messages']).filter(isNews)
      for (const message of messages) {
        const event = messageEventOf(message)
        if (event) callbacks.tell('messageReceived', event)
      }
      if (!messages.length || isOver) return
      position = Math.max(...messages.map((message) => indexOf(message) ?? 0)) + 1
      keep(objectOf(data['sessionData']))
    },
    agentConnected: onParty('agentConnected'),
    supervisorConnected: onParty('agentConnected'),
    agentDisconnected: onParty('agentDisconnected'),
    supervisorDisconnected: onParty('agentDisconnected'),
    agentTypingStarted: onTyping(true),
    agentTypingStopped: onTyping(false),
    disconnected: () => callbacks.tell('interrupted'),
    reconnected: () => callbacks.tell('continued'),
    error: ({ data }) => callbacks.tell('error', { error: chatError(data) }),
    chatServerWentOffline: () =>
      callbacks.tell('error', {
        error: {
          code: CODE.serverUnavailable,
          description: 'the chat server is unavailable; the session has not ended',
        },
      }),
    ended() {
      if (isOver) return
      isOver = true
      keeper.keep(null)
      callbacks.tell('sessionEnded')
    },
  }
  for (const [name, hear] of Object.entries(hears)) plugin.subscribe(`${NAME}.${name}`, hear)
  const register = (name: string) => (callback: Callback) => callbacks.register(name, callback)

  const session = {
    /** Say something: a text, or `{message, type}`; it comes back through `onMessageReceived`. */
    sendMessage: (given: string | { message: string; type?: string }) =>
      command('sendMessage', typeof given === 'string' ? { message: given } : given),

    /** Show that the visitor is writing, or with `{isTyping: false}` no longer is. */
    sendTyping: (given: { isTyping?: boolean } = {}) => command('sendTyping', given),

    /** End the session; `onSessionEnded` follows, even when the server could not be told. */
    leave: () => command('endChat'),

    /** The messages from `fromIndex` on, 0 being the whole, oldest first; no callback is called for it. */
    getTranscript: ({ fromIndex = 0 }: { fromIndex?: number } = {}) =>
      promised(async () => {
        if (!(fromIndex >= 0)) throw failed(CODE.badParameter, 'fromIndex counts from 0')
        const { events } = await asked((who) => service.engine.transport.refresh(who, fromIndex + 1))
        const people = createPeople()
        return events.map((event) => normalise(event, { isBot: people.isBot(event) }))
      }),

    /** Attach data to the session; values of keys that are there already are replaced. */
    setUserData: (data: Json) =>
      Object.keys(objectOf(data)).length
        ? command('updateUserData', data)
        : promised<void>(async () => {
            throw failed(CODE.missingParameter, 'there is no user data to set')
          }),

    /** The value of a key as `event.userData[key]`, if there is one that the visitor may read. */
    getUserData: (key: string) =>
      userData(key, 'readUserData', (response) => ({ userData: { ...objectOf(response['userData']) } })),

    /** Remove a key from the data attached to the session; when, as `event.timestamp`. */
    deleteUserData: (key: string) =>
      userData(key, 'deleteUserData', (response) => ({
        timestamp: numberOf(response['timestamp']) ?? Date.now(),
      })),

    onMessageReceived: register('messageReceived'),
    onAgentConnected: register('agentConnected'),
    onAgentDisconnected: register('agentDisconnected'),
    onAgentTyping: register('agentTyping'),
    onSessionEnded: register('sessionEnded'),
    onInterrupted: register('interrupted'),
    onContinued: register('continued'),
    onError: register('error'),
  }
  return {
    session,
    isOver: () => isOver,
    /** Have what is needed to go on with this session written. */
    async keep() {
      keep(await plugin.command<Json>(`${NAME}.getSessionData`))
      await keeper.written()
    },
    /** Let go of the connection; the session itself may go on and be restored. */
    release() {
      credentials = undefined
    },
  }
}
