// What few pages need: each is a file of its own, fetched when it is first asked for.

import type { Life } from './life'
import type { Subscriptions } from './subscribing'
import type { Config, EventOptions } from './types'

export interface Parts {
  autotrack: typeof import('./parts/autotrack')
  forms: typeof import('./parts/forms')
  offers: typeof import('./parts/offers')
}

/** What the parts that see what visitors do have of the tracker. */
export interface Ground {
  readonly life: Life
  record(eventName: string, options: EventOptions): void
  /** Another page is seen. */
  onTurn(turned: () => void): void
}

/** What the part that shows offers has of it. */
export interface OffersGround {
  readonly life: Life
  readonly subscriptions: Subscriptions
  /** Post something to a path of the deployment. */
  send(path: string, body: object, atMs: number): void
  customerId(): string
  /** The address of the page, cleaned. */
  address(): string
  config(): Config
}
