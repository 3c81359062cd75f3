// What became of a session, and what lies further behind: webchat-service, section 3.1.

import { isReached, type Json } from '../../shared/transport'
import type { Engine } from './engine'
import { settled } from './outcomes'
import { NO_MORE, NOT_ASYNC } from './refusals'
import { Rejection } from './rejection'
import { isTooOld } from './restore'
import type { Restoring } from './restoring'
import type { Commands } from './service'

export function historyCommands(engine: Engine, { found }: Restoring): Commands {
  /** Whether a session is active, or could be gone on with; it changes and publishes nothing. */
  const isAlive = async (): Promise<boolean> => {
    if (engine.live) return true
    const saved = found(undefined)
    if (!saved || isTooOld(engine, saved)) return false
    const answer = await engine.transport.refresh(saved.credentials, 1)
    return isReached(answer) && answer.chatEnded === false
  }
  return {
    verifySession: async () => ({ sessionActive: await isAlive() }),

    /** The response with the page of messages before the oldest one known; they come as an event. */
    async fetchHistory(): Promise<Json> {
      const { isEnabled, pageEvents } = engine.options().asynchronous
      if (!isEnabled) throw new Rejection(NOT_ASYNC)
      const { session } = engine.require()
      const oldest = session.oldestIndex ?? 1
      if (oldest <= 1 || session.isWhole) throw new Rejection(NO_MORE)
      const { history, refresh } = engine.transport
      const answer = await engine.ask((who) =>
        history ? history(who, oldest, pageEvents) : refresh(who, Math.max(1, oldest - pageEvents)),
      )
      if (answer.outcome === 'done') {
        engine.tell(session.takeHistory(answer))
        session.isWhole = !!history && session.oldestIndex === oldest
      }
      return settled(answer)
    },

    getStats() {
      const { messages = [], people } = engine.session ?? {}
      const agents = { ...people?.agents }
      const times = messages.map(({ timestamp }) => Number(timestamp ?? 0))
      const [startTime] = times
      const endTime = times.at(-1)
      if (startTime === undefined || endTime === undefined)
        return { agents, startTime: false, endTime: false, duration: false }
      return { agents, startTime, endTime, duration: endTime - startTime }
    },
  }
}
