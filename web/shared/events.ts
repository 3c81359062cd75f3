// Who listens to what, and what was republished.

import type { Soon } from './tasks'
import type { BusEvent, Subscriber } from './types'

type Listener = readonly [name: string, subscriber: Subscriber]

/** How an event is told: `sticky` is remembered for later subscribers, `quiet` leaves no trace when nobody hears it. */
export type Manner = 'sticky' | 'quiet' | ''

export type Events = ReturnType<typeof createEvents>

export function createEvents(soon: Soon, trace: (...words: unknown[]) => void) {
  const listeners: Record<string, Listener[]> = {}
  const sticky: Record<string, BusEvent> = {}

  return {
    /** Tell all subscribers of `name`'s event, in the order in which they subscribed. */
    publish(name: string, event: string, data: unknown, manner: Manner): boolean {
      const address = `${name}.${event}`
      const told = { event: address, publisher: name, time: Date.now(), data: data ?? {} } as BusEvent
      const heardBy = listeners[address] ?? []
      if (manner === 'sticky') sticky[address] = told
      if (manner !== 'quiet' || heardBy.length) trace('publishes', address, told.data)
      for (const [, subscriber] of heardBy) soon(() => subscriber(told))
      return true
    },

    /** Let `subscriber` of plugin `name` hear `address`; what was republished comes at once. */
    subscribe(name: string, address: string, subscriber: Subscriber | undefined): string | false {
      if (typeof subscriber !== 'function') return false
      const remembered = sticky[address]
      // A new array, so that whoever is being told now is told once.
      listeners[address] = [...(listeners[address] ?? []), [name, subscriber]]
      if (remembered) soon(() => subscriber(remembered))
      return address
    },

    /** Drop everything plugin `name` subscribed at `address`; whether there was anything. */
    unsubscribe(name: string, address: string): boolean {
      const before = listeners[address] ?? []
      const after = before.filter(([owner]) => owner !== name)
      listeners[address] = after
      return after.length < before.length
    },

    /** The addresses of `name`'s events, with the names of those who listen. */
    subscribersOf(name: string): Record<string, string[]> {
      return Object.fromEntries(
        Object.entries(listeners)
          .filter(([address, heardBy]) => heardBy.length && address.startsWith(`${name}.`))
          .map(([address, heardBy]) => [address, heardBy.map(([owner]) => owner)]),
      )
    },
  }
}
