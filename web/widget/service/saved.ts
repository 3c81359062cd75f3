// What of a session is kept for the next page, under the names that pages know: webchat-service, section 6.3.

import type { Credentials } from '../../shared/transport'
import { readFilters } from './filters'
import { at, objectOf, parsed, textOf } from './json'
import { publicOf } from './outcomes'

const PREFIX = '_genesys.widgets.webchat.state.'
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
  readonly filters: readonly RegExp[]
}

/** What `save` keeps beside the credentials. */
export interface Position {
  readonly nowMs: number
  readonly nextIndex: number
  readonly filters: readonly RegExp[]
}

/** Keep a session as it is now. */
export function save(store: Store, credentials: Credentials, { nowMs, nextIndex, filters }: Position): void {
  const { sessionID, ...keys } = publicOf(credentials)
  const custom = filters.map(({ source, flags }) => ({ source, flags }))
  const values = [sessionID, JSON.stringify(keys), nowMs, nextIndex, JSON.stringify({ custom })]
  for (const [place, name] of NAMES.entries()) {
    const text = `${values[place]}`
    if (store.get(PREFIX + name) !== text) store.set(PREFIX + name, text)
  }
}

/** The id of the session that is kept, by this page or by another one. */
export const savedId = (store: Store): string => store.get(`${PREFIX}session`) ?? ''

/** The session that was kept; nothing when there is none or it cannot be understood. */
export function load(store: Store): Saved | undefined {
  const said = (name: string) => store.get(PREFIX + name) ?? ''
  const keys = objectOf(parsed(said('keys')))
  if (!said('session') || !Object.keys(keys).length) return undefined
  return {
    credentials: credentialsFrom(said('session'), keys),
    pingMs: Number(said('ping')) || 0,
    filters: readFilters(at(parsed(said('filters')), 'custom')) ?? [],
  }
}

/** Keep nothing of any session. */
export function forget(store: Store): void {
  for (const name of NAMES) store.remove(PREFIX + name)
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
