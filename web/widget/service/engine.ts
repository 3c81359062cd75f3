// A visitor's chat without commands: starts, follows, writes to and leaves one session at a time.
//
// Commands and events of every API are views of this. Its twin is src/frontdesk/client/engine.py.

import { report } from '../../shared/promise'
import {
  type Answer,
  type Credentials,
  isReached,
  type Json,
  type StartRequest,
  type Transport,
} from '../../shared/transport'
import { nowMs } from './clock'
import { createHealth } from './health'
import { type Live, letGo } from './live'
import type { Options } from './options'
import { granted, publicOf, settled } from './outcomes'
import type { Told } from './people'
import { createPoller } from './polling'
import { ALREADY_ACTIVE, NOT_ACTIVE } from './refusals'
import { Rejection } from './rejection'
import type { Keeping } from './saved'
import { createSession, type Eyes, type Session } from './session'
import { createTypingBurst } from './typing'

const TEXT_TOO_LONG = 204
const PARTIES = ['supervisor', 'agent', 'client']

export type Ask = (session: Credentials) => Promise<Answer>
export type Publish = (name: string, data?: unknown) => unknown
export type Engine = ReturnType<typeof createEngine>

/** What an engine works with; `options` are read whenever they are used, for pages change them at any time. */
export interface EngineParts {
  readonly transport: Transport
  readonly options: () => Options
  readonly keeping: Keeping
  readonly publish: Publish
  /** Given to callbacks of the page, after their own value. */
  readonly callbackValues?: readonly unknown[]
}

/** The visitor's chat. Its promises reject with a `Rejection`: the documented text or the response of the server. */
export function createEngine({ transport, options, keeping, publish, callbackValues = [] }: EngineParts) {
  const eyes: Eyes = { filters: [] }
  let isBeginning = false // A session is being started or restored.

  // Following it.

  /** Hear what is new: as it comes, where the transport can tell, else by asking again and again. */
  const startPolling = (live: Live) => {
    const { poller, session } = live
    const { follow } = engine.transport
    const heard = (answer: Answer) => take(live, answer)
    if (follow) live.following ??= follow(session.credentials, session.position, heard)
    else if (!poller.isStarted()) {
      poller.start()
      publish('pollingStarted')
      engine.transport.relieve?.(session, poller, heard, engine)
    }
  }
  const stopPolling = (live: Live) => {
    live.following?.stop()
    live.following = undefined
    if (!live.poller.isStarted()) return
    live.poller.stop()
    publish('pollingStopped')
  }
  /**
   * Keep what the next page needs, unless another tab has begun another session meanwhile. A page that keeps it itself is
   * given it when it has changed.
   */
  const keep = (live: Live, isNew = false) => {
    const { credentials, position } = live.session
    const { isEnabled, handOut } = options().asynchronous
    if (isEnabled) {
      const data = engine.keeping.handed(credentials, position)
      const text = JSON.stringify(data)
      if (live.handedText !== text) guarded(handOut, data)
      live.handedText = text
      return
    }
    const kept = engine.keeping.savedId()
    if (!isNew && kept && kept !== credentials.sessionId) return
    engine.keeping.save(credentials, { nowMs: nowMs(), nextIndex: position, filters: eyes.filters })
  }
  /** Call a function of the page, which may fail; what it gives. */
  const guarded = (callback: ((...values: unknown[]) => unknown) | undefined, value: unknown) => {
    try {
      return callback?.(value, ...callbackValues)
    } catch (error) {
      report(error)
      return undefined
    }
  }
  const tell = (told: readonly Told[]) => {
    for (const { name, data } of told) publish(name, data)
  }
  const poll = async (live: Live): Promise<number | undefined> => {
    const { session } = live
    if (live.isLeaving) return undefined // Its alarm had rung already.
    const answer = await engine.transport.refresh(session.credentials, session.position, engine.preview())
    take(live, answer)
    return answer.retryAfterS
  }
  /** What is new, and all that follows from it. */
  const take = (live: Live, answer: Answer) => {
    const { session, health } = live
    if (engine.live !== live || live.isLeaving) return // The words of a session that is over.
    hear(live, answer)
    for (const name of health.hearPoll(answer)) publish(name)
    reportFaults(answer, TEXT_TOO_LONG, !health.isNewRefusal(answer))
    tell(session.take(answer))
    if (answer.chatEnded) end(live, answer)
    else keep(live)
  }
  /** Make `session` the active one, in place of any other. */
  const goLive = (session: Session): Live => {
    if (engine.live) letGo(engine.live)
    const live: Live = {
      session,
      health: createHealth(() => options().pollExceptionsMax),
      poller: createPoller(
        () => options().cadence,
        () => poll(live),
      ),
      typing: createTypingBurst(publish, () => {
        const { position } = session
        return ask((who) =>
          engine.transport.type(who, { isTyping: false, preview: engine.preview(), position }),
        )
      }),
      isLeaving: false,
    }
    engine.session = session
    engine.live = live
    keep(live, true)
    return live
  }

  // What answers mean.

  const show = (answer: Answer) => {
    if (isReached(answer)) publish('ajaxResponse', answer.response)
  }
  const hear = (live: Live, answer: Answer) => {
    show(answer)
    for (const name of live.health.hear(answer)) publish(name)
    const { credentials } = answer
    if (
      credentials &&
      JSON.stringify(publicOf(credentials)) !== JSON.stringify(publicOf(live.session.credentials))
    ) {
      live.session.credentials = credentials
      keep(live)
    }
  }
  /** Publish `error`, unless the network tells the story, or, of a failure without a word of the server, another. */
  const reportFaults = (answer: Answer, ignored?: number, isSilent = false) => {
    const faults = answer.faults.filter(({ code }) => code !== ignored)
    const isFailure = /refused|broken/.test(answer.outcome) && !('statusCode' in answer.response)
    if (faults.length || (isFailure && !isSilent)) publish('error', answer.error ?? answer.response)
  }
  const end = (live: Live, answer: Answer) => {
    live.typing.drop()
    stopPolling(live)
    engine.live = undefined
    eyes.filters = []
    const { session } = live
    if (engine.keeping.savedId() === session.credentials.sessionId) engine.keeping.forget()
    if (answer.outcome === 'refused') {
      lose(session.credentials, answer, session.position)
      // Version 3 alone has a word for it.
      if (answer.error) publish('sessionLost', answer.response)
    }
    publish('ended')
  }
  /** The server does not know the session any longer: who keeps it himself is told. */
  const lose = (credentials: Credentials, { response }: Answer, position = 1) =>
    guarded(options().asynchronous.forget, {
      sessionData: engine.keeping.handed(credentials, position),
      response,
    })

  // One session.

  const requireNobody = (refusal = ALREADY_ACTIVE) => {
    if (isBeginning || engine.live) throw new Rejection(refusal)
  }
  /** The active session. */
  const require = (): Live => {
    const { live } = engine
    if (!live || live.isLeaving) throw new Rejection(NOT_ACTIVE)
    return live
  }
  /** One request of the active session, with all that follows from its answer but the transcript; `quiet` without errors. */
  const ask = async (call: Ask, quiet = false): Promise<Answer> => {
    const live = require()
    const answer = await call(live.session.credentials)
    if (engine.live === live && !live.isLeaving) {
      hear(live, answer)
      if (!quiet) reportFaults(answer)
      if (answer.chatEnded) end(live, answer)
    }
    return answer
  }
  const engine = {
    transport,
    keeping,
    options,
    eyes,
    publish,
    /** The newest session; what is known of it stays after its end, until the next begins. */
    session: undefined as Session | undefined,
    live: undefined as Live | undefined,
    /** What stands in the input box. */
    preview: () => '',

    /** Whether there is a session that can be written to. */
    isActive: () => !!engine.live && !engine.live.isLeaving,

    /** Whether requests do not reach the server now, and what we hear next will tell when they do. */
    isOffline: () =>
      !!engine.live?.health.isDisconnected() && !!(engine.live.following || engine.live.poller.isStarted()),

    newSession: (credentials: Credentials): Session => createSession(credentials, eyes),
    requireNobody,
    require,
    ask,
    goLive,
    startPolling,
    stopPolling,
    tell,
    guarded,
    lose,

    /** While a session begins, no other can. */
    async beginning<T>(begin: () => Promise<T>, refusal?: string): Promise<T> {
      requireNobody(refusal)
      isBeginning = true
      try {
        return await begin()
      } finally {
        isBeginning = false
      }
    },

    /** Begin a session; the server's response. */
    start(request: StartRequest): Promise<Json> {
      return engine.beginning(async () => {
        engine.session = undefined
        engine.keeping.forget()
        const answer = await engine.transport.start(request)
        show(answer)
        const credentials = granted(answer)
        if (!credentials) {
          if (answer.outcome === 'unreachable') publish('error', answer.error ?? answer.response)
          reportFaults(answer)
          throw new Rejection(answer.response)
        }
        const live = goLive(engine.newSession(credentials))
        const known = publicOf(credentials)
        publish('started', 'token' in known ? { data: known } : known)
        startPolling(live)
        return answer.response
      })
    },

    /** End the session, whatever the server says to it; the server's response. */
    async leave(): Promise<Json> {
      const live = require()
      live.isLeaving = true
      live.typing.drop()
      stopPolling(live)
      const answer = await engine.transport.disconnect(live.session.credentials)
      if (engine.live === live) {
        show(answer)
        for (const name of live.health.hear(answer)) publish(name)
        reportFaults(answer)
        for (const party of PARTIES) publish(`${party}Disconnected`, { numAgentsConnected: 0 })
        end(live, answer)
      }
      return settled(answer)
    },

    /** The response to one request; `hurry` polls soon afterwards, because something will have happened. */
    async request(call: Ask, hurry = false): Promise<Json> {
      const live = require()
      const answer = await ask(call)
      if (hurry && engine.live === live) live.poller.hurry()
      return settled(answer)
    },

    /** Look at messages through `filters` from now on; they last as long as the session. */
    useFilters(filters: readonly RegExp[]) {
      eyes.filters = filters
      if (engine.live) keep(engine.live)
    },
  }
  return engine
}
