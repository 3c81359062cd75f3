// When to ask the server again: often after something was said, less and less while nothing happens.
// webchat-service, section 6.2; chat-api-v2, section 20.

import { type Cancel, callLater, nowMs } from './clock'

const TICK_MS = 250 // The clients that servers are used to look at their watch this often.

/** How often to poll; `factor` makes the pause longer after each poll. */
export interface Cadence {
  readonly fastestMs: number
  readonly slowestMs: number
  readonly factor: number
  readonly asleepMs: number
}

export type Poller = ReturnType<typeof createPoller>

/** Calls `poll` again and again, never twice at once. `poll` gives the seconds the server wants to be left alone. */
export function createPoller(cadence: () => Cadence, poll: () => Promise<number | undefined>) {
  let pauseMs = cadence().fastestMs
  let lastMs = Number.NEGATIVE_INFINITY
  let notBeforeMs = Number.NEGATIVE_INFINITY
  let isStarted = false
  let isBusy = false
  let isAsleep = false
  let check: (() => void) | undefined
  let disarm: Cancel = () => {}

  const arm = () => {
    disarm()
    if (!isStarted || isBusy || check) return
    const dueMs = Math.max(lastMs + (isAsleep ? cadence().asleepMs : pauseMs), notBeforeMs)
    const waitMs = Math.max(dueMs - nowMs(), 1)
    disarm = callLater(Math.ceil(waitMs / TICK_MS) * TICK_MS, pollOnce)
  }
  /** Poll now; false, and nothing done, when a poll is under way. */
  const pollOnce = async (): Promise<boolean> => {
    if (isBusy) return false
    isBusy = true
    disarm()
    try {
      const leaveAloneS = await poll()
      if (leaveAloneS !== undefined) notBeforeMs = nowMs() + Math.min(leaveAloneS * 1000, cadence().asleepMs)
    } finally {
      isBusy = false
      lastMs = nowMs()
      pauseMs = Math.min(pauseMs * cadence().factor, cadence().slowestMs)
      arm()
    }
    return true
  }
  /** Something happened: poll as often as at the start. */
  const hurry = () => {
    pauseMs = cadence().fastestMs
    check?.()
    arm()
  }
  const sleep = (asleep: boolean) => {
    isAsleep = asleep
    if (asleep) arm()
    else hurry()
  }
  return {
    isStarted: () => isStarted,
    start() {
      isStarted = true
      hurry()
    },
    /** Poll no more; an answer under way still comes. */
    stop() {
      isStarted = false
      check?.()
      disarm()
    },
    hurry,
    /** Rest while news come by themselves, and call `instead` where one would hurry, or stop; without it, go on. */
    rest(instead?: () => void) {
      check = instead
      arm()
    },
    /** Poll seldom while nobody looks. */
    sleep,
    pollOnce,
  }
}
