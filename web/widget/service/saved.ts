// What of a session is kept for the next page, under the names that pages know: webchat-service, section 6.3.

import type { Credentials, Json } from '../../shared/transport'
import { at, objectOf, objectsOf, parsed, textOf } from './json'
import { publicOf } from './outcomes'

export const PREFIX = '_genesys.widgets.webchat.state.'
const NAMES = ['session', 'keys', 'ping', 'index', 'filters']

/** Where the state lies: cookies, or whatever else keeps texts by name. */
export interface Store {
  get(name: string): string | undefined
  set(name: string, value: string): void
  remove(name: string): void
}

/** A session that may be gone on with. */
export interface Saved {
  readonly credentials: Credentials
  readonly pingMs: number
  /** As they were kept: `readFilters` makes something of them. */
  readonly filters: readonly Json[]
}

/** What `save` keeps beside the credentials. */
export interface Position {
  readonly nowMs: number
  readonly nextIndex: number
  readonly filters: readonly RegExp[]
}

/** Where and how a session is kept: each protocol has names and contents of its own. */
export interface Keeping {
  /** Keep a session as it is now. */
  save(credentials: Credentials, position: Position): void
  /** The id of the session that is kept, by this page or by another one. */
  savedId(): string
  /** The session that was kept; nothing when there is none or it cannot be understood. */
  load(): Saved | undefined
  /** Keep nothing of any session. */
  forget(): void
  /** What a page is given that keeps the session itself. */
  handed(credentials: Credentials, nextIndex: number): object
  /** The credentials that such a page gives back, if it does. */
  given(value: unknown): Credentials | undefined
}

/** Filters as they are kept. */
export const filtersText = (filters: readonly RegExp[]): string =>
  JSON.stringify({ custom: filters.map(({ source, flags }) => ({ source, flags })) })

/** The filters that were kept. */
export const filtersIn = (text: string): readonly Json[] => objectsOf(at(parsed(text), 'custom'))

/** Change only what is different: cookies go along with every request of the page's own site. */
export function write(store: Store, name: string, text: string): void {
  if (store.get(name) !== text) store.set(name, text)
}

/** How sessions of version 2 are kept. */
export const v2Keeping = (store: Store): Keeping => {
  const said = (name: string) => store.get(PREFIX + name) ?? ''
  return {
    save(credentials, { nowMs, nextIndex, filters }) {
      const { sessionID, ...keys } = publicOf(credentials)
      const values = [sessionID, JSON.stringify(keys), nowMs, nextIndex, filtersText(filters)]
      for (const [place, name] of NAMES.entries()) write(store, PREFIX + name, `${values[place]}`)
    },
    savedId: () => said('session'),
    load() {
      const keys = objectOf(parsed(said('keys')))
      if (!said('session') || !Object.keys(keys).length) return undefined
      return {
        credentials: credentialsFrom(said('session'), keys),
        pingMs: Number(said('ping')) || 0,
        filters: filtersIn(said('filters')),
      }
    },
    forget() {
      for (const name of NAMES) store.remove(PREFIX + name)
    },
    handed: publicOf,
    given(value) {
      const state = typeof value === 'string' ? parsed(value) : value
      const id = textOf(at(state, 'sessionID'))
      return id ? credentialsFrom(id, state as object) : undefined
    },
  }
}

/** Credentials as they are kept. */
export function credentialsFrom(id: string, keys: object): Credentials {
  const { secureKey, alias, userId, sessionID, ...extra } = keys as Record<string, unknown>
  return {
    sessionId: id,
    secureKey: textOf(secureKey),
    userId: textOf(userId),
    alias: textOf(alias),
    extra: Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, textOf(value)])),
  }
}
