// Who wants to hear of web actions: section 2.6.

import type { Callback } from './types'

interface Subscription {
  readonly pattern: string
  readonly callback: Callback
  readonly isOnce: boolean
}

export interface Subscriptions {
  add(pattern: string, callback: Callback, isOnce?: boolean): void
  /** Without a callback, all of the pattern. */
  remove(pattern: string, callback?: Callback): void
  /** Whether somebody would hear it. */
  isHeard(mediaType: string, state: string): boolean
  /** Tell all; whether nobody answered `false`. */
  tell(mediaType: string, state: string, told: object): boolean
}

/** `:` and `.` are the same. */
const plain = (pattern: string) => `${pattern}`.replace(':', '.')

const fits = (pattern: string, mediaType: string, state: string) =>
  [`${mediaType}.${state}`, `${mediaType}.*`, `*.${state}`, '*.*', '*'].includes(pattern)

/** `failed` hears what a subscriber throws; the others are told all the same. */
export function createSubscriptions(failed: (error: unknown) => void): Subscriptions {
  let all: Subscription[] = []
  const listening = (mediaType: string, state: string) =>
    all.filter(({ pattern }) => fits(pattern, mediaType, state))

  return {
    add(pattern, callback, isOnce = false) {
      all.push({ pattern: plain(pattern), callback, isOnce })
    },
    remove(pattern, callback) {
      all = all.filter((it) => it.pattern !== plain(pattern) || (callback && it.callback !== callback))
    },
    isHeard: (mediaType, state) => listening(mediaType, state).length > 0,
    tell(mediaType, state, told) {
      const listeners = listening(mediaType, state)
      all = all.filter((it) => !(it.isOnce && listeners.includes(it)))
      const answers = listeners.map(({ callback }) => {
        try {
          return callback({ ...told })
        } catch (error) {
          return failed(error)
        }
      })
      return !answers.includes(false)
    },
  }
}
