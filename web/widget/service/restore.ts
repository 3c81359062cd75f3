// How a session of the page before is gone on with: it comes with more.ts, for most pages have none.
// webchat-service, sections 3.1 and 6.3.

import { type Answer, type Credentials, isReached } from '../../shared/transport'
import { nowMs } from './clock'
import type { Engine } from './engine'
import { readFilters } from './filters'
import { Rejection } from './rejection'
import type { Saved } from './saved'

/** Whether it is so long ago that the server need not be asked. */
export const isTooOld = (engine: Engine, { pingMs }: Saved): boolean =>
  nowMs() - pingMs >= engine.options().restoreTimeoutMs

/** It cannot be gone on with. What a page keeps itself is lost only when the server says so. */
function lose(engine: Engine, credentials: Credentials, answer?: Answer): never {
  if (engine.keeping.savedId() === credentials.sessionId) engine.keeping.forget()
  if (answer && (answer.outcome === 'refused' || answer.chatEnded)) engine.lose(credentials, answer)
  const failure = answer && !answer.chatEnded && !isReached(answer) ? [answer.response] : []
  engine.publish(failure.length ? 'restoreFailed' : 'restoreTimeout', failure[0])
  throw new Rejection(...failure)
}

/** Go on with a session: all of its transcript, or the last page of a chat that may have gone on for days. */
export async function restore(engine: Engine, saved: Saved): Promise<void> {
  if (isTooOld(engine, saved)) return lose(engine, saved.credentials)
  const { isEnabled, pageEvents } = engine.options().asynchronous
  const answer = await engine.transport.refresh(saved.credentials, isEnabled ? -pageEvents : 1)
  if (!isReached(answer) || answer.chatEnded !== false) return lose(engine, saved.credentials, answer)
  engine.eyes.filters = readFilters(saved.filters) ?? []
  const session = engine.newSession(answer.credentials ?? saved.credentials)
  const live = engine.goLive(session)
  engine.publish('restored', { async: isEnabled })
  if (answer.outcome === 'later') {
    live.health.loseChatServer()
    engine.publish('restoredOffline')
  }
  engine.tell(session.take(answer, true))
  engine.startPolling(live)
}
