// Going on with a session of the page before: webchat-service, sections 3.1 and 6.3.

import { nowMs } from './clock'
import type { Engine } from './engine'
import type * as MoreFile from './more'
import { ALREADY_RESTORING, PRIVATE_RESTORE, RESTORE_ACTIVE } from './refusals'
import { Rejection } from './rejection'
import type { Saved } from './saved'

export type Restoring = ReturnType<typeof createRestoring>

/** Finds sessions again. `isOpen` tells whether the page has a chat window on screen; `more` brings restore.ts. */
export function createRestoring(engine: Engine, isOpen: () => boolean, more: () => Promise<typeof MoreFile>) {
  let isBusy = false

  const found = (offered: unknown): Saved | undefined => {
    const { getBack, isEnabled } = engine.options().asynchronous
    const credentials = engine.keeping.given(offered ?? engine.guarded(getBack, isOpen()))
    if (credentials) return { credentials, pingMs: nowMs(), filters: [] }
    return isEnabled ? undefined : engine.keeping.load()
  }

  return {
    found,

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
          const saved = found(given)
          if (!saved) throw new Rejection()
          const { restore } = await more()
          await restore(engine, saved)
        } finally {
          isBusy = false
        }
      }, RESTORE_ACTIVE),
  }
}
