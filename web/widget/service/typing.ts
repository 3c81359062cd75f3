// The visitor's own typing, told to the server as bursts: started at the first word, stopped after a pause.
// webchat-service, section 3.1, "sendTyping".

import { type Cancel, callLater } from './clock'

const PAUSE_MS = 2000 // After this long without a call the burst is over.

export type TypingBurst = ReturnType<typeof createTypingBurst>

/** Whether the visitor is typing. `stop` tells the server, `publish` the bus. */
export function createTypingBurst(publish: (name: string) => unknown, stop: () => Promise<unknown>) {
  let alarm: Cancel | undefined

  /** Forget the burst without telling anybody; whether there was one. */
  const drop = () => {
    const was = alarm
    alarm = undefined
    was?.()
    return was !== undefined
  }
  /** The burst is over without a word to the server: a message says enough; whether there was one. */
  const cancel = () => {
    const was = drop()
    if (was) publish('clientTypingStopped')
    return was
  }
  /** The visitor stopped: tell the server, if it was told of a start. */
  const finish = async (): Promise<unknown> => cancel() && stop()
  return {
    /** The visitor typed; whether that begins a burst, which the caller then tells the server. */
    extend() {
      const isNew = !drop()
      alarm = callLater(PAUSE_MS, finish)
      if (isNew) publish('clientTypingStarted')
      return isNew
    },
    finish,
    cancel,
    drop,
  }
}
