// Commands of WebChatService that say when the server is asked for news: webchat-service, sections 3 and 6.2.

import type { Plugin } from '../../shared/types'
import type { Engine } from './engine'
import type { Live } from './live'
import { NO_POLL, NO_SESSION, NOT_POLLING, POLL_BUSY, PRIVATE_POLL } from './refusals'
import { Rejection } from './rejection'
import { type Commands, NAME } from './service'

const NOT_IDLE = { purpose: 'cancel-idle-timer' }

export function followingCommands(engine: Engine, plugin: Plugin): Commands {
  const requireLive = (refusal: string): Live => {
    if (!engine.live || engine.live.isLeaving) throw new Rejection(refusal)
    return engine.live
  }
  const stopPoll = () => {
    const live = requireLive(NO_SESSION)
    if (!live.poller.isStarted()) throw new Rejection(NOT_POLLING)
    engine.stopPolling(live)
  }
  const sleep = (isAsleep: boolean) => {
    engine.require().poller.sleep(isAsleep)
    plugin.data('sleeping', isAsleep)
    plugin.publish(isAsleep ? 'sleeping' : 'waking')
  }
  return {
    async poll(_, { commander }) {
      if (commander !== NAME) throw new Rejection(PRIVATE_POLL)
      if (!engine.transport.supports.polling) throw new Rejection(NO_POLL)
      if (!(await requireLive(POLL_BUSY).poller.pollOnce())) throw new Rejection(POLL_BUSY)
    },
    startPoll() {
      engine.startPolling(requireLive(NO_SESSION))
    },
    stopPoll,
    pausePoll: stopPoll,
    resetPollExceptions() {
      engine.live?.health.forgetExceptions()
    },
    sleep() {
      if (engine.isActive()) sleep(true)
    },
    async wake({ resetIdleState }) {
      if (!engine.isActive()) return
      sleep(false)
      if (resetIdleState === true)
        await engine.request((who) => engine.transport.notice(who, undefined, NOT_IDLE))
    },
  }
}
