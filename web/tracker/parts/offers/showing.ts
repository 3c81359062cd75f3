// From an action that the server hands out to what the visitor makes of it: sections 2.7, 9.3 and 10.

import type { OffersGround } from '../../parts'
import type { Action } from '../../types'
import { every } from '../every'
import type { Acting, Actions } from './actions'
import { meets } from './conditions'
import { isBehind } from './fitting'

const TIMEOUT_S = 30
const TICK_MS = 1000

/** What a visitor, or the page, made of an invitation. */
export type Result = 'accepted' | 'declined' | 'closed' | 'timeout' | 'revoked'
export type Settle = (result: Result) => void
const STATES: Record<Result, string> = {
  accepted: 'accepted',
  declined: 'rejected',
  closed: 'rejected',
  timeout: 'timedout',
  revoked: 'ignored',
}

/** Something that is seen. */
export interface Invitation {
  /** Take it away; it is answered already. */
  close(): void
  /** Whether the visitor is at it, by pointer or keyboard. */
  isAttended(): boolean
  /** Let it step aside for what stands in its place and is more pressing, or come back; whether it is aside. */
  isAside?(): boolean
}

/** Shows an action, and tells once what came of it. Errors: `Trouble`, when it cannot be shown. */
export type Present = (acting: Acting, settle: Settle) => Promise<Invitation>

interface Shown {
  readonly acting: Acting
  readonly settle: Settle
  invitation?: Invitation
}

export interface Showing {
  show(acting: Acting): Promise<void>
  /** The visitor has what is offered without us. */
  gone(mediaType: string): void
}

const troubleOf = (error: unknown) => {
  const { code = 'failed', message = `${error}` } = (error ?? {}) as { code?: string; message?: string }
  return { code, message }
}

/** `isBusy` says whether something stands in the way of a chat, `accepted` is what follows a yes. */
export function createShowing(
  { life, address, config }: OffersGround,
  actions: Actions,
  present: Present,
  isBusy: () => boolean,
  accepted: (acting: Acting) => void,
): Showing {
  /** One of each media type. */
  const visible = new Map<string, Shown>()

  const lastsMs = ({ webchatProperties, contentOfferProperties }: Action) => {
    const { timeoutSeconds } = webchatProperties ?? contentOfferProperties ?? {}
    return (timeoutSeconds ?? config().offerTimeoutSeconds ?? TIMEOUT_S) * 1000
  }
  /** Time passes while somebody could look and nobody is at it. What stops it is given. */
  const watch = (acting: Acting, invitation: Invitation, settle: Settle) => {
    const lasts = lastsMs(acting.action)
    let seenMs = 0
    let lastMs = Date.now()
    return every(life, TICK_MS, () => {
      const nowMs = Date.now()
      // A machine that slept has shown nothing meanwhile.
      if (!document.hidden && !isBehind() && !invitation.isAside?.() && !invitation.isAttended())
        seenMs += Math.min(nowMs - lastMs, 2 * TICK_MS)
      lastMs = nowMs
      const isElsewhere = !meets(address(), acting.action.pageUrlConditions)
      if (isElsewhere || acting.state !== 'offered') settle('revoked')
      else if (lasts && seenMs >= lasts) settle('timeout')
    })
  }
  /** When it stands in nobody's way any more. */
  const whenFree = (isWaiting: () => unknown) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (isWaiting()) return
        stop()
        resolve()
      }
      const stop = every(life, TICK_MS, look)
      look()
    })
  const show = async (acting: Acting) => {
    const { mediaType, priority = 0, force } = acting.action
    const fail = (code: string, message: string) => actions.move(acting, 'errored', { code, message })
    const busy = () => {
      const isSo = mediaType === 'webchat' && isBusy()
      if (isSo) fail('mediaBusy', 'a chat or something like it is open')
      return isSo
    }
    if (busy()) return
    const current = visible.get(mediaType)
    if (current && !force && priority <= (current.acting.action.priority ?? 0))
      return fail('refused', 'there is something as important already')
    current?.settle('revoked')

    let invitation: Invitation | undefined
    let stop = () => {}
    let isSettled = false
    const finish = () => {
      isSettled = true
      stop()
      if (visible.get(mediaType)?.settle === settle) visible.delete(mediaType)
    }
    const settle = (result: Result) => {
      if (isSettled) return
      finish()
      if (!invitation) return actions.forget(acting) // Nobody has seen it, so the server hands it out again.
      invitation.close()
      if (acting.state !== 'offered') return
      actions.move(acting, STATES[result])
      if (result === 'accepted') accepted(acting)
    }
    const shown: Shown = { acting, settle }
    visible.set(mediaType, shown)
    try {
      if (isBehind()) {
        await whenFree(() => isBehind() && !isSettled)
        if (isSettled) return
        if (!meets(address(), acting.action.pageUrlConditions)) return settle('revoked')
      }
      const ready = await present(acting, settle)
      shown.invitation = ready
      for (const other of visible.values()) other.invitation?.isAside?.()
      await whenFree(() => ready.isAside?.() && !isSettled)
      if (isSettled || life.signal.aborted || acting.state !== 'qualified' || busy()) {
        finish()
        return ready.close()
      }
      invitation = ready
      actions.move(acting, 'offered')
      stop = watch(acting, invitation, settle)
    } catch (error) {
      finish()
      const { code, message } = troubleOf(error)
      fail(code, message)
    }
  }
  const leave = (isLeft: (mediaType: string) => boolean) => {
    for (const [mediaType, { settle }] of [...visible]) if (isLeft(mediaType)) settle('revoked')
  }
  // What is left with its page is not there when the page comes back.
  life.on(window, 'pagehide', () => leave(() => true), true)
  life.signal.addEventListener('abort', () => leave(() => true))
  return { show, gone: (mediaType) => leave((each) => each === mediaType) }
}
