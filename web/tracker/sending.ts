// Brings things to the server in their order, later if they must: section 2.9.

import type { Life } from './life'

const WAITING_MAX = 50
const BATCH_MAX = 20
const AGE_MAX_MS = 3_600_000
const BACKOFF_MAX_S = 16
const RETRY_AFTER_S = 60
/** What a browser still sends when the page is gone. */
const KEPT_ALIVE_CHARS_MAX = 60_000
const WITHIN_MS = 30_000
export const EVENTS = 'webevents/batch'
export const CONSENT = 'consent'

/** Something to be sent. `body` is made when it goes, so that nothing is asked or kept before it may be. */
export interface Parcel {
  readonly path: string
  readonly atMs: number
  body(): object
  arrived?(answer: unknown): void
  dropped?(reason: unknown): unknown
}

export interface Sender {
  send(parcel: Parcel, isFirst?: boolean): void
  /** Let parcels go, or hold all but decisions about consent. */
  open(isOpen: boolean): void
  /** Forget what has not gone, but for decisions. */
  clear(): void
}

/** How long to wait before another try. */
export const backoffS = (tries: number): number => Math.min(BACKOFF_MAX_S, 2 ** tries)

/** No cookies, no preflight, and no address of the page but in the body. */
export const ask = (url: string, body = ''): Promise<Response> =>
  fetch(url, {
    keepalive: body.length < KEPT_ALIVE_CHARS_MAX,
    credentials: 'omit',
    referrerPolicy: 'origin',
    signal: AbortSignal.timeout(WITHIN_MS),
    ...(body && { method: 'POST', headers: { 'content-type': 'text/plain' }, body }),
  })

/** In how many seconds somebody wants to be asked again. */
export const retryAfterS = ({ headers }: Response): number =>
  Number(headers.get('retry-after')) || RETRY_AFTER_S

const isWorthRetrying = (status: number) => status === 429 || status >= 500

/** What several events say together; everything else goes by itself. */
const textOf = (parcels: readonly Parcel[]) =>
  JSON.stringify(parcels[0]?.path === EVENTS ? parcels.map((parcel) => parcel.body()) : parcels[0]?.body())

export function createSender(base: string, life: Life): Sender {
  let waiting: Parcel[] = []
  let isOpen = false
  let isBusy = false
  let tries = 0
  let asleep = 0

  const mayGo = () => waiting[0] && (isOpen || waiting[0].path === CONSENT)
  /** The next that can go together. */
  const take = (): Parcel[] => {
    waiting = waiting.filter(({ atMs, dropped }) => {
      const isYoung = Date.now() - atMs < AGE_MAX_MS
      if (!isYoung) dropped?.('not sent')
      return isYoung
    })
    let count = 0
    while (count < BATCH_MAX && waiting[count]?.path === EVENTS) count++
    return waiting.splice(0, count || 1)
  }
  /** They went; which of them have to go again. */
  const heard = async (parcels: readonly Parcel[], answer: Response) => {
    const said = await answer.json().catch(() => ({})) // There may be nothing to say.
    return parcels.filter((parcel, place) => {
      const { status, body } = Array.isArray(said) ? said[place] : { status: answer.status, body: said }
      if (isWorthRetrying(status)) return true
      if (status < 400) parcel.arrived?.(body)
      else parcel.dropped?.({ status, ...body })
      return false
    })
  }
  const next = async () => {
    if (!mayGo() || isBusy || asleep || life.signal.aborted) return
    const parcels = take()
    if (!parcels[0]) return
    isBusy = true
    let again: readonly Parcel[] = parcels
    let afterS = backoffS(tries)
    try {
      const answer = await ask(base + parcels[0].path, textOf(parcels))
      if (answer.status === 429) afterS = retryAfterS(answer)
      again = await heard(parcels, answer)
    } catch {
      // Nobody is there.
    }
    isBusy = false
    tries = again.length ? tries + 1 : 0
    waiting.unshift(...again)
    if (again.length)
      asleep = life.after(afterS * 1000, () => {
        asleep = 0
        next()
      })
    next()
  }
  life.on(window, 'pagehide', () => {
    while (mayGo()) {
      const parcels = take()
      if (parcels[0]) navigator.sendBeacon(base + parcels[0].path, textOf(parcels))
    }
  })
  life.on(window, 'online', () => {
    clearTimeout(asleep)
    asleep = tries = 0
    next()
  })

  return {
    send(parcel, isFirst) {
      if (waiting.length >= WAITING_MAX) waiting.shift()?.dropped?.('not sent')
      waiting[isFirst ? 'unshift' : 'push'](parcel)
      queueMicrotask(next) // What is said at once goes together.
    },
    open(may) {
      isOpen = may
      next()
    },
    clear() {
      waiting = waiting.filter(({ path, dropped }) => path === CONSENT || dropped?.('not sent'))
    },
  }
}
