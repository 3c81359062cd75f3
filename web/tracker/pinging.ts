// Asks for offers now and then, from the tab that leads, while somebody looks at it: sections 2.9 and 4.2.

import { createLeader } from './leading'
import type { Life } from './life'
import { ask, retryAfterS } from './sending'
import type { Action, PingAnswer } from './types'

const INTERVAL_MS = 10_000
const RETRY_MS = 30_000

export interface Pinger {
  /** Ask now, or soon; without this nobody asks. */
  wake(isUrgent?: boolean): void
  stop(): void
}

/** `address` is what to ask, if it may be asked; `hear` takes the answer. */
export function createPinger(
  life: Life,
  address: () => string | undefined,
  hear: (actions: readonly Action[]) => unknown,
): Pinger {
  let isOn = false
  let isBusy = false
  let timer = 0
  let intervalMs = INTERVAL_MS

  const isSeen = () => !document.hidden
  const plan = (afterMs: number) => {
    clearTimeout(timer)
    if (isOn && isSeen()) timer = life.after(afterMs, () => void tick())
  }
  const leader = createLeader(life, () => plan(0))
  const tick = async () => {
    const url = isSeen() && leader.leads(intervalMs) && address()
    if (!url || isBusy) return plan(intervalMs)
    isBusy = true
    let afterMs = RETRY_MS
    try {
      const answer = await ask(url)
      if (answer.ok) {
        const said: PingAnswer = await answer.json()
        afterMs = intervalMs = said.pollIntervalMilliseconds ?? INTERVAL_MS
        // Until the next event, which begins a session if there is none.
        isOn = intervalMs >= 0 && !said.sessionEnded
        if (!isOn) intervalMs = INTERVAL_MS
        if (!life.signal.aborted) await hear(said.actions ?? [])
      } else if (answer.status === 429) afterMs = retryAfterS(answer) * 1000
      else isOn = answer.status >= 500
    } catch {
      // Nobody is there: later.
    }
    isBusy = false
    plan(afterMs)
  }
  const look = () => {
    if (!isSeen()) return leader.resign()
    leader.claim()
    plan(0)
  }
  life.on(document, 'visibilitychange', look)
  life.on(window, 'focus', () => isSeen() && leader.claim())
  if (isSeen()) leader.claim()

  return {
    wake(isUrgent) {
      const wasOn = isOn
      isOn = true
      if (isUrgent && isSeen()) leader.claim()
      if (isUrgent || !wasOn) plan(isUrgent ? 0 : intervalMs)
    },
    stop() {
      isOn = false
      clearTimeout(timer)
      leader.resign()
    },
  }
}
