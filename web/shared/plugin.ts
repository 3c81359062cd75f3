// One plugin of the bus: its commands, its events, its data, and its way to all others.

import type { Callee, Commands } from './commands'
import type { Events, Manner } from './events'
import type { Handler, Hook, Options, Plugin, Registry, Subscriber } from './types'

/** A plugin as the bus knows it. */
export interface Member extends Callee {
  readonly face: Plugin
  readonly events: string[]
  readonly store: Options
}

/** What plugins share. */
export interface House {
  readonly members: Map<string, Member>
  readonly commands: Commands
  readonly events: Events
  /** Told of every address that somebody subscribes to. */
  readonly onSubscribe: (address: string) => void
}

export function createPlugin(house: House, name: string): Member {
  const { commands, events, members } = house
  const store: Options = {}
  const list: string[] = []
  const handlers: Record<string, Handler> = {}

  const publish = (manner: Manner) => (event: string, data?: unknown) =>
    events.publish(name, event, data, manner)
  const told = publish('')

  /** The value of an own key, or of another plugin's: `Plugin.key`. */
  const read = (key: string): unknown => {
    if (key in store) return store[key]
    const dot = key.indexOf('.')
    return members.get(key.slice(0, dot))?.store[key.slice(dot + 1)]
  }

  const write = (key: string, value: unknown) => {
    const last = store[key]
    store[key] = value
    // biome-ignore lint/suspicious/noDoubleEquals: `1` and `'1'` are one value to those who listen.
    if (last != value) {
      told('data', store)
      told(`data.${key}`, { last, value, time: Date.now() })
      told(`data.${key}:${typeof value === 'string' ? `'${value}'` : value}`, store)
    }
    return value
  }

  const data = (key?: string, value?: unknown) =>
    key === undefined ? store : value === undefined || value === null ? read(key) : write(key, value)

  const registerCommand = (command: string, handler: Handler) => {
    if (typeof handler !== 'function') return false
    handlers[command] = handler
    return true
  }

  const face: Plugin = {
    namespace: () => name,
    registerCommand: registerCommand as Plugin['registerCommand'],
    registerCommands: (map) => Object.keys(map).every((key) => registerCommand(key, map[key] as Handler)),
    registerEvents(names) {
      for (const event of [names].flat()) if (!list.includes(event)) list.push(event)
      return true
    },
    command: (address, options) => commands.dispatch(name, address, options),
    before: (address: string, hook: Hook) => commands.before(address, hook),
    publish: told,
    republish: publish('sticky'),
    publishDirect: publish('quiet'),
    subscribe(address: string, subscriber: unknown) {
      house.onSubscribe(address)
      return events.subscribe(name, address, subscriber as Subscriber)
    },
    unsubscribe: (address) => events.unsubscribe(name, address),
    subscribers: () => events.subscribersOf(name),
    data: data as Plugin['data'],
    registry: () => registryOf(members),
    ready: () => commands.flush(member),
  }
  const member: Member = { face, handlers, events: list, store, waiting: [], isReady: false }
  const show = (what: string, names: () => string[]) =>
    registerCommand(what, ({ deferred }) => {
      console.info(name, what, names())
      deferred.resolve(names())
    })
  show('COMMANDS', () => Object.keys(handlers))
  show('EVENTS', () => list)
  registerCommand('LOAD', ({ deferred }) => deferred.resolve())
  return member
}

/** The events and commands of every plugin. */
function registryOf(members: Map<string, Member>): Registry {
  return Object.fromEntries(
    [...members].map(([name, { events, handlers }]) => [
      name,
      { events: [...events], commands: Object.keys(handlers) },
    ]),
  )
}
