// What a protocol brings when it is spoken: a transport, and what else it does in a way of its own.

import type { Credentials, Json, StartRequest, Transport } from '../../shared/transport'
import type { Options } from './options'
import type { Keeping, Store } from './saved'

/** What is known when a chat begins. Of what collides, each knows best what it says itself. */
export interface Known {
  /** The `userData` of the configuration. */
  readonly configured: Json
  /** What was said before the chat. */
  readonly kept: Json
  /** The `userData` of the call. */
  readonly given: Json
  /** What is known of the page without asking. */
  readonly page: Json
  readonly language: string
  readonly isAsync: boolean
}

export interface Protocol {
  /** Makes a transport, which reads its options whenever it uses them. */
  create(read: () => Options): Transport
  /** The options as this protocol has them; `config` is the `webchat` object. */
  refine?(options: Options, config: object): Options
  /** What is asked for by `startChat` with `data`. */
  startRequest?(data: Json, known: Known): StartRequest
  keeping?(store: Store): Keeping
  /** The credentials of nobody. */
  readonly nobody?: Credentials
}
