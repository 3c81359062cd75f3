// Who wants to hear what of a chat session.

import { createQueue } from '../../shared/tasks'

export type Callback = (event: never) => unknown

const HELD_MAX = 1000 // Of a page that never registers anything; the oldest are forgotten first.

/**
 * Tells each event to everybody who registered for it, in the order in which events came.
 *
 * Events wait until the first callback is there, and are told in a later task: so a page may register one callback
 * after the other and misses nothing.
 */
export function createCallbacks() {
  const queue = createQueue()
  const byName: Record<string, Callback[]> = {}
  const held: [name: string, event: object][] = []

  const tellHeld = () => {
    const [next] = held.splice(0, 1)
    if (!next) return
    const [name, event] = next
    for (const callback of byName[name] ?? []) queue(() => callback(event as never))
    queue(tellHeld)
  }
  const tellSoon = () => {
    if (Object.keys(byName).length && held.length) queue(tellHeld)
  }
  return {
    register(name: string, callback: Callback) {
      if (typeof callback !== 'function') return
      byName[name] = [...(byName[name] ?? []), callback]
      tellSoon()
    },
    tell(name: string, event: object = {}) {
      held.push([name, event])
      if (held.length > HELD_MAX) held.shift()
      tellSoon()
    },
  }
}
