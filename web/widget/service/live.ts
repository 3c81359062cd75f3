// The session that the visitor is in now, with all that belongs to it and ends with it.

import type { Following } from '../../shared/transport'
import type { Health } from './health'
import type { Poller } from './polling'
import type { Session } from './session'
import type { TypingBurst } from './typing'

export interface Live {
  readonly session: Session
  readonly health: Health
  readonly poller: Poller
  readonly typing: TypingBurst
  /** How it is followed where nobody polls. */
  following?: Following | undefined
  /** What a page that keeps the session itself was given last. */
  handedText?: string
  isLeaving: boolean
}

/** Follow it no more, and write nothing to it. */
export function letGo(live: Live): void {
  live.typing.drop()
  live.poller.stop()
  live.following?.stop()
  live.isLeaving = true
}
