// What can happen in the life of a visitor's interaction. Its twin is src/frontdesk/domain/lifecycle_facts.py.

import type { Line, Metadata } from './metadata'

/** Codes of what went wrong. */
interface Codes {
  readonly codes: readonly string[]
}
interface Party {
  readonly partyId: string
}
/** The block kept by the page before, or nothing; then `id` names the interaction anew. */
interface Again {
  readonly saved: Metadata | undefined
  readonly id: string
}

/** What each fact says besides when it happened. */
export interface Facts {
  /** The window's plugin is ready for commands. */
  initialised: unknown
  /** The window is on screen; what this says matters only when it begins an interaction. */
  opened: Pick<Metadata, 'proactive' | 'proactiveData' | 'prefilled'> & { readonly id: string }
  /** The visitor, or the page in the visitor's place, sent the form off; the request comes next. */
  formSubmitted: { readonly form: object; readonly automatic: boolean }
  /** The server confirmed a session; `id` is used when no window had begun the interaction. */
  serviceStarted: { readonly id: string }
  /** The session could not be started. */
  startRefused: Codes
  agentJoined: Party
  supervisorJoined: Party
  botJoined: unknown
  /** Lines came from the server; `replayed` ones are the whole transcript, told again after a reload. */
  messagesShown: { readonly lines: readonly Line[]; readonly replayed: boolean }
  /** The visitor began to share the page. */
  coBrowseStarted: unknown
  /** The server reported errors while the session ran. */
  errorsReported: Codes
  /** The session is over, whoever ended it. */
  sessionEnded: unknown
  /** The window is gone from the screen; a session may go on behind it. */
  closed: unknown
  /** A session of the page before was found again. Its window comes back with `opened`. */
  restored: Again
  /** The session of the page before is lost. */
  restoreFailed: Again
}

export type FactName = keyof Facts
export type Fact = { [K in FactName]: { readonly fact: K; readonly atMs: number } & Facts[K] }[FactName]
