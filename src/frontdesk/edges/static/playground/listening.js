// A plugin of the bus that hears every event of every other plugin.

const CLOCKS = /^(Watchman\.|\w+\.data)/
const AGAIN_MS = 500

/**
 * Hear everything that is known to be published, and what plugins that come later publish.
 * @param {any} plugin what `registerPlugin` gave
 * @param {(event: {event: string, time: number, data: unknown}) => void} heard
 * @param {() => void} changed other commands are there
 */
export function listenToAll(plugin, heard, changed) {
  /** @type {Set<string>} */
  const known = new Set()
  const look = () => {
    const before = known.size
    for (const [name, { events }] of Object.entries(plugin.registry())) {
      for (const event of new Set(['ready', ...events])) {
        const address = `${name}.${event}`
        if (known.has(address)) continue
        known.add(address)
        plugin.subscribe(address, heard)
      }
    }
    if (known.size > before) changed()
  }
  look()
  // The bus does not tell of new plugins or events.
  setInterval(look, AGAIN_MS)
}

/**
 * Whether an event comes all the time.
 * @param {string} address
 */
export function isClock(address) {
  return CLOCKS.test(address)
}
