// Which tab of a browser asks for offers: the one that somebody looked at last. Section 2.9.

import { newId } from './ids'
import type { Life } from './life'

const CHANNEL = '_jny'
/** How long a claim stands that is not renewed. */
const LOCK_MS = 15_000

/** A tab says since when it leads, and for how long; until 0 when it does no more. Tabs may be of several versions. */
export type Claim = readonly [id: string, sinceMs: number, untilMs: number]

/** Whether the later of two claims is `one`. */
export const isAhead = (one: Claim, other: Claim): boolean =>
  one[1] > other[1] || (one[1] === other[1] && one[0] > other[0])

export interface Leader {
  /** From now on it is this tab. */
  claim(): void
  /** Whether it is this tab, for as long as `forMs` if it is; a claim that has lapsed is taken over. */
  leads(forMs: number): boolean
  resign(): void
}

/** `freed` is called when the tab that led does no more. */
export function createLeader(life: Life, freed: () => void): Leader {
  const id = newId()
  let mine: Claim | undefined
  let rival: Claim | undefined
  let channel: BroadcastChannel | undefined
  const say = (claim: Claim) => {
    try {
      if (channel) channel.postMessage(claim)
      else localStorage[CHANNEL] = JSON.stringify(claim)
    } catch {
      // Where nothing may be kept no other tab is the same visitor.
    }
  }
  const hear = (claim: Claim) => {
    if (!claim[2]) {
      if (rival?.[0] === claim[0]) {
        rival = undefined
        freed()
      }
    } else if (mine && isAhead(mine, claim)) say(mine)
    else {
      mine = undefined
      rival = claim
    }
  }
  const claim = () => {
    const nowMs = Date.now()
    mine = [id, nowMs, nowMs + LOCK_MS]
    rival = undefined
    say(mine)
  }
  try {
    channel = new BroadcastChannel(CHANNEL)
    life.on(channel, 'message', (event) => hear((event as MessageEvent<Claim>).data))
  } catch {
    life.on(window, 'storage', (event) => {
      // A value is only ever replaced; where a site removes it, nobody's claim is ahead.
      if ((event as StorageEvent).key === CHANNEL) hear(JSON.parse(localStorage[CHANNEL] || '[]'))
    })
  }

  return {
    claim,
    leads(forMs) {
      const nowMs = Date.now()
      if (!mine && (!rival || rival[2] < nowMs)) claim()
      if (!mine) return false
      mine = [id, mine[1], nowMs + Math.max(LOCK_MS, forMs + 5000)]
      say(mine)
      return true
    },
    resign() {
      if (mine) say([id, 0, 0])
      mine = undefined
    },
  }
}
