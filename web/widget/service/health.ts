// Whether the network carries and whether the chat server behind it works: two different questions.
// webchat-service, sections 4 and 6.

import { type Answer, isReached } from '../../shared/transport'

/** What is known about the connection; each answer may change it and tells which events to publish. */
export type Health = ReturnType<typeof createHealth>

export function createHealth(exceptionsMax: () => number) {
  let exceptions = 0
  let isPending = false
  let hasChatServer = true
  let isRefused = false
  let isDisconnected = false

  const works = (): string[] => {
    const told = hasChatServer ? [] : ['chatServerBackOnline']
    if (isPending || !hasChatServer) told.push('connectionRestored')
    exceptions = 0
    isPending = false
    hasChatServer = true
    return told
  }
  const fails = (): string[] => {
    const told = isPending || !hasChatServer ? [] : ['connectionPending']
    isPending = true
    if (++exceptions > exceptionsMax()) {
      exceptions = 0
      hasChatServer = false
      told.push('chatServerWentOffline')
    }
    return told
  }
  return {
    isDisconnected: () => isDisconnected,
    /** What any answer during a session tells about the network. */
    hear(answer: Answer): string[] {
      const was = isDisconnected
      if (answer.outcome === 'unreachable') isDisconnected = true
      else if (isReached(answer)) isDisconnected = false
      return was === isDisconnected ? [] : [was ? 'reconnected' : 'disconnected']
    },
    /** What the answer to a poll tells about the chat server. */
    hearPoll({ outcome, status }: Answer): string[] {
      if (outcome === 'done') return works()
      return outcome === 'later' || status >= 500 ? fails() : []
    },
    /**
     * Whether a poll was turned away, by a gateway for instance, for the first time since one went well. Not so for
     * what is told otherwise: errors that the server lists, failures that `hearPoll` counts, a network that is gone.
     */
    isNewRefusal(answer: Answer): boolean {
      if (isReached(answer)) {
        isRefused = false
        return false
      }
      if (answer.faults.length || answer.outcome === 'unreachable' || answer.status >= 500) return false
      const was = isRefused
      isRefused = true
      return !was
    },
    /** The session was found while its chat server is away: the first good poll is news. */
    loseChatServer() {
      hasChatServer = false
    },
    /** Count failed polls from zero. */
    forgetExceptions() {
      exceptions = 0
    },
  }
}
