// Going on with a session of the page before: webchat-service, sections 3.1 and 6.3.

import { type Answer, type Credentials, isReached, type Json } from '../../shared/transport'
import { nowMs } from './clock'
import type { Engine } from './engine'
import { isObject, parsed, textOf } from './json'
import { publicOf } from './outcomes'
import { ALREADY_RESTORING, PRIVATE_RESTORE, RESTORE_ACTIVE } from './refusals'
import { Rejection } from './rejection'
import { credentialsFrom, forget, load, type Saved, savedId } from './saved'
import { createSession } from './session'

export type Restoring = ReturnType<typeof createRestoring>

/** Finds sessions again. `isOpen` tells whether the page has a chat window on screen. */
export function createRestoring(engine: Engine, isOpen: () => boolean) {
  let isBusy = false

  const found = (offered: unknown): Saved | undefined => {
    const { getBack, isEnabled } = engine.options().asynchronous
    let given = offered ?? engine.guarded(getBack, isOpen())
    if (typeof given === 'string') given = parsed(given)
    if (isObject(given) && given['sessionID'])
      return { credentials: credentialsFrom(textOf(given['sessionID']), given), pingMs: nowMs(), filters: [] }
    return isEnabled ? undefined : load(engine.store)
  }
  const isTooOld = ({ pingMs }: Saved) => nowMs() - pingMs >= engine.options().restoreTimeoutMs

  const lose = (credentials: Credentials, event: string, response?: Json, said?: Json): never => {
    if (savedId(engine.store) === credentials.sessionId) forget(engine.store)
    engine.guarded(engine.options().asynchronous.forget, {
      sessionData: publicOf(credentials),
      response: response ?? said,
    })
    engine.publish(event, response)
    throw response ? new Rejection(response) : new Rejection()
  }

  /** The transcript: all of it, or the last page of a chat that may have gone on for days. */
  const newest = async (credentials: Credentials): Promise<Answer> => {
    const { isEnabled, pageEvents } = engine.options().asynchronous
    if (!isEnabled) return engine.transport.refresh(credentials, 1)
    const last = await engine.transport.refresh(credentials, -1)
    if (!isReached(last) || last.nextPosition === undefined) return last
    return engine.transport.refresh(
      last.credentials ?? credentials,
      Math.max(1, last.nextPosition - pageEvents),
    )
  }

  const restore = async (given: unknown) => {
    const saved = found(given)
    if (!saved) throw new Rejection()
    if (isTooOld(saved)) return lose(saved.credentials, 'restoreTimeout')
    const answer = await newest(saved.credentials)
    if (!isReached(answer)) return lose(saved.credentials, 'restoreFailed', answer.response)
    if (answer.chatEnded !== false)
      return lose(saved.credentials, 'restoreTimeout', undefined, answer.response)
    engine.eyes.filters = saved.filters
    const session = createSession(answer.credentials ?? saved.credentials, engine.eyes)
    const live = engine.goLive(session)
    engine.handOut(session.credentials)
    engine.publish('restored', { async: engine.options().asynchronous.isEnabled })
    if (answer.outcome === 'later') {
      live.health.loseChatServer()
      engine.publish('restoredOffline')
    }
    engine.tell(session.take(answer, true))
    engine.startPolling(live)
  }

  return {
    found,
    isTooOld,

    /** Whether there may be something to go on with. */
    hasSaved: () => !!engine.options().asynchronous.getBack || !!load(engine.store),

    /** Refuse what cannot be restored now; `isOwn`: it is the service itself that asks. */
    refuse(isOwn: boolean) {
      if (isBusy) throw new Rejection(ALREADY_RESTORING)
      engine.requireNobody(RESTORE_ACTIVE)
      if (!isOwn && !engine.options().asynchronous.isEnabled) throw new Rejection(PRIVATE_RESTORE)
    },

    /** Go on with the session `given`, or with the one that was kept. */
    restore: (given?: unknown): Promise<void> =>
      engine.beginning(async () => {
        isBusy = true
        try {
          await restore(given)
        } finally {
          isBusy = false
        }
      }, RESTORE_ACTIVE),
  }
}
