// The bus: plugins call each other's commands and hear each other's events, and nobody needs to know anybody.
//
// Everything is delivered in a later task, first in, first out. Its twin is src/frontdesk/client/bus.py.

import { createCommands } from './commands'
import { createEvents } from './events'
import { type BuiltIn, createLoading } from './loading'
import { createPlugin, type House, type Member } from './plugin'
import { createQueue } from './tasks'
import type { Bus, BusOptions } from './types'

const LINES_MAX = 1000 // Of the log in memory.

/** What whoever makes a bus may add to it. */
export interface Surroundings {
  version: string
  /** Brings plugins that come with the bus. */
  builtIn: BuiltIn
  /** Told of every address that somebody subscribes to. */
  onSubscribe: (address: string) => void
}

const defaults = (): BusOptions => ({
  debug: false,
  log: true,
  logStore: false,
  async: true,
  pluginsPath: '',
  pluginFilenameFormat: 'plugin.min.js',
  pluginMap: {},
  loadPlugins: true,
  unlocked: false,
})

/** A bus, without any plugin but its own, `CXBus`. */
export function createBus({ version, builtIn, onSubscribe }: Surroundings): Bus {
  const options = defaults()
  const members = new Map<string, Member>()
  const lines: unknown[][] = []
  let isLocked = false
  let hasMaster = false

  const queue = createQueue()
  const soon = (task: () => void) => (options.async ? queue(task) : task())
  const trace = (...words: unknown[]) => {
    if (!options.log) return
    if (options.debug) console.debug('bus:', ...words)
    if (options.logStore && lines.push(words) > LINES_MAX) lines.shift()
  }
  const isThere = (lower: string) => [...members.keys()].some((name) => name.toLowerCase() === lower)
  const loading = createLoading(options, isThere, builtIn, soon)
  const house: House = {
    members,
    events: createEvents(soon, trace),
    commands: createCommands(members, loading.bring, soon, trace),
    onSubscribe,
  }
  const add = (name: string) => {
    const member = createPlugin(house, name)
    members.set(name, member)
    return member.face
  }
  const own = add('CXBus')
  own.ready()

  const bus: Bus = {
    registerPlugin: (name) =>
      typeof name === 'string' && name !== '' && !isLocked && !members.has(name) && add(name),
    command: own.command,
    subscribe: own.subscribe,
    data: own.data,
    configure(given) {
      for (const [key, value] of Object.entries(given ?? {})) {
        if (value !== null && typeof value === typeof options[key as keyof BusOptions])
          Object.assign(options, { [key]: value })
      }
      if (options.pluginsPath && !options.pluginsPath.endsWith('/')) options.pluginsPath += '/'
      if (options.unlocked) bus.getPluginInterface = (name) => members.get(name)?.face
    },
    loadPlugin: loading.loadPlugin,
    loadFile: loading.loadFile,
    loadModule: loading.loadModule,
    registerModule: loading.registerModule,
    registerMaster() {
      if (hasMaster) return undefined
      hasMaster = true
      return {
        lock() {
          isLocked = true
        },
        unlock() {
          isLocked = false
        },
        config: () => ({ ...options }),
      }
    },
    get runtime() {
      const ready = members.get('App')?.store['ready'] === true
      return { version, plugins: [...members.keys()], ready, lines }
    },
  }
  return bus
}
