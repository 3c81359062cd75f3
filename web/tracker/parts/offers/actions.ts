// The actions that came to this page, and how they go: sections 2.6, 4.3 and 9.3. The server has the last word.

import { newId } from '../../ids'
import type { OffersGround } from '../../parts'
import type { Action, Stage, Told } from '../../types'

/** What went wrong. */
export interface Trouble {
  readonly code: string
  readonly message: string
}

export interface Acting {
  readonly action: Action
  state: string
  /** When it was offered. */
  offeredMs: number
}

export interface Actions {
  find(id: string): Acting | undefined
  /** All that somebody sees now. */
  offered(): Acting[]
  /** An action is handed out. It is given back when it is new, or again to be shown, and the page leaves it to us. */
  arrive(action: Action): Acting | undefined
  /** It was never seen: when it is handed out again, it is as new. */
  forget(acting: Acting): void
  /** It is in this state now: tell everybody here, and the server unless it hears it from others. */
  move(acting: Acting, state: string, trouble?: Trouble, isHere?: boolean): void
  /** What is shown goes within a moment, and nobody is told. */
  drop(): void
}

const DISPOSITION = /^(accepted|rejected|ignored|timedout|errored)$/

const stageOf = (state: string): Stage =>
  state === 'accepted' ? 'form' : /started|engaged/.test(state) ? 'chat' : 'invitation'

export function createActions({ life, subscriptions, send, customerId, address }: OffersGround): Actions {
  const all = new Map<string, Acting>()
  const date = (atMs: number) => new Date(atMs).toISOString()
  const tell = ({ action, state, offeredMs }: Acting, from: string, atMs: number, error?: Trouble) => {
    const { id, mediaType, actionMapId, actionMapVersion, sessionId, attempt = 1 } = action
    const code = error?.code ?? ''
    const told: Told = {
      actionId: id,
      actionState: state,
      actionMediaType: mediaType,
      actionMapId,
      actionMapVersion,
      customerId: customerId(),
      customerIdType: 'cookie',
      sessionId,
      attempt,
      createdDate: date(atMs),
      ...(from === 'offered' && DISPOSITION.test(state) && { timeToDisposition: atMs - offeredMs }),
      ...(error && { errorCode: /^-?\d+$/.test(code) ? Number(code) : code, errorMessage: error.message }),
    }
    return subscriptions.tell(mediaType, state, told)
  }
  const offered = () => [...all.values()].filter(({ state }) => state === 'offered')

  const actions: Actions = {
    find: (id) => all.get(id),
    offered,
    arrive(action) {
      const known = all.get(action.id)
      if (known && known.state !== 'errored') return undefined
      const acting = { action, state: 'qualified', offeredMs: 0 }
      all.set(action.id, acting)
      return tell(acting, '', Date.now()) ? acting : undefined
    },
    forget: ({ action }) => void all.delete(action.id),
    move(acting, state, trouble, isHere) {
      const { action, state: from } = acting
      const atMs = Date.now()
      const error = state === 'errored' ? (trouble ?? { code: '', message: '' }) : undefined
      acting.state = state
      if (state === 'offered') acting.offeredMs = atMs
      const body = {
        id: newId(),
        customerCookieId: customerId(),
        sessionId: action.sessionId,
        actionId: action.id,
        actionState: state,
        ...(error && {
          errorCode: error.code.slice(0, 64) || undefined,
          errorMessage: error.message.slice(0, 1024) || 'unknown',
        }),
        stage: stageOf(from),
        pageUrl: address(),
        createdDate: date(atMs),
      }
      if (!isHere) send('actionevent', body, atMs)
      tell(acting, from, atMs, error)
    },
    drop() {
      for (const acting of offered()) acting.state = 'gone'
    },
  }
  // Whoever leaves the page leaves what it offers, also in an invitation of its own. Before what waits is sent off.
  life.on(window, 'pagehide', () => offered().forEach((acting) => void actions.move(acting, 'ignored')), true)
  return actions
}
