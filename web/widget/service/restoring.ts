// Going on with a session of the page before: webchat-service, sections 3.1 and 6.3.

import { type Answer, type Credentials, isReached } from '../../shared/transport'
import { nowMs } from './clock'
import type { Engine } from './engine'
import { ALREADY_RESTORING, PRIVATE_RESTORE, RESTORE_ACTIVE } from './refusals'
import { Rejection } from './rejection'
import type { Saved } from './saved'
import { createSession } from './session'

export type Restoring = ReturnType<typeof createRestoring>

/** Finds sessions again. `isOpen` tells whether the page has a chat window on screen. */
export function createRestoring(engine: Engine, isOpen: () => boolean) {
  let isBusy = false

  const found = (offered: unknown): Saved | undefined => {
    const { getBack, isEnabled } = engine.options().asynchronous
    const credentials = engine.keeping.given(offered ?? engine.guarded(getBack, isOpen()))
    if (credentials) return { credentials, pingMs: nowMs(), filters: [] }
    return isEnabled ? undefined : engine.keeping.load()
  }
  const isTooOld = ({ pingMs }: Saved) => nowMs() - pingMs >= engine.options().restoreTimeoutMs

  /** It cannot be gone on with. What a page keeps itself is lost only when the server says so. */
  const lose = (credentials: Credentials, answer?: Answer): never => {
    if (engine.keeping.savedId() === credentials.sessionId) engine.keeping.forget()
    if (answer && (answer.outcome === 'refused' || answer.chatEnded)) engine.lose(credentials, answer)
    const failure = answer && !answer.chatEnded && !isReached(answer) ? [answer.response] : []
    engine.publish(failure.length ? 'restoreFailed' : 'restoreTimeout', failure[0])
    throw new Rejection(...failure)
  }

  /** The transcript: all of it, or the last page of a chat that may have gone on for days. */
  const newest = (credentials: Credentials): Promise<Answer> => {
    const { isEnabled, pageEvents } = engine.options().asynchronous
    return engine.transport.refresh(credentials, isEnabled ? -pageEvents : 1)
  }

  const restore = async (given: unknown) => {
    const saved = found(given)
    if (!saved) throw new Rejection()
    if (isTooOld(saved)) return lose(saved.credentials)
    const answer = await newest(saved.credentials)
    if (!isReached(answer) || answer.chatEnded !== false) return lose(saved.credentials, answer)
    engine.eyes.filters = saved.filters
    const session = createSession(answer.credentials ?? saved.credentials, engine.eyes)
    const live = engine.goLive(session)
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
    hasSaved: () => !!engine.options().asynchronous.getBack || !!engine.keeping.load(),

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
