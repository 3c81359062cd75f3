// Where a page keeps what it needs to go on with a session: webchat-service, section 9.1.

import { createCookies } from '../core/cookies'
import { isObject, parsed } from '../service/json'

const VERSION = 1
const COOKIE = 'frontdesk.chat'

/** A session as it can be resumed. Its credentials are a bearer secret: keep it where nobody else reads. */
export interface State {
  readonly version: number
  readonly sessionId: string
  readonly credentials: Readonly<Record<string, string>>
  /** The index of the first event that the page has not been told yet. */
  readonly position: number
  readonly serverUrl: string
}

/** What a page gives as `stateStorage`; both may give promises. `write(null)` says that the session is over. */
export interface StateStorage {
  write(state: object | null): unknown
  read(): unknown
}

/** A cookie of the site, as long as the browser is open. */
export function cookieStorage(): StateStorage {
  const cookies = createCookies(() => ({}))
  return {
    write(state) {
      if (state) cookies.set(COOKIE, JSON.stringify(state))
      else cookies.remove(COOKIE)
    },
    read: () => parsed(cookies.get(COOKIE) ?? ''),
  }
}

export const stateOf = (known: Omit<State, 'version'>): State => ({ version: VERSION, ...known })

export type Keeper = ReturnType<typeof createKeeper>

/** Writes to a storage one state after the other, and lets no failure of the storage reach the session. */
export function createKeeper(storage: StateStorage) {
  let writing: Promise<unknown> = Promise.resolve()
  let next: (State | null)[] = []
  const write = async () => {
    const state = next.pop()
    next = []
    if (state === undefined) return // A newer one took its place.
    try {
      await storage.write(state)
    } catch (error) {
      console.error('The state of the chat could not be written.', error)
    }
  }
  return {
    /** The session that was kept; nothing when there is none or what there is makes no sense. */
    async read(): Promise<State | undefined> {
      try {
        const state = (await storage.read()) as Partial<State> | undefined
        const { credentials, version, sessionId, position, serverUrl } = isObject(state)
          ? (state as Partial<State>)
          : {}
        const isWhole = version === VERSION && sessionId && credentials?.['secureKey']
        return isWhole
          ? stateOf({
              sessionId,
              credentials,
              position: Number(position) || 1,
              serverUrl: `${serverUrl ?? ''}`,
            })
          : undefined
      } catch (error) {
        console.error('The state of the chat could not be read.', error)
        return undefined
      }
    },
    /** Have `state` written, unless a newer one comes before the storage is ready for it. */
    keep(state: State | null) {
      next.push(state)
      writing = writing.then(write)
    },
    /** When the newest state is with the storage. */
    written: () => writing,
  }
}
