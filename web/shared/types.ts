// The bus as pages and plugins see it. Addresses are `Plugin.command` and `Plugin.event`.

import type { Deferred, Promised } from './promise'

export type { Deferred, Promised } from './promise'

export type Options = Record<string, unknown>

/** Something a plugin published. `data` is `{}` when none was given, and shared by all subscribers. */
export interface BusEvent<T = Options> {
  readonly event: string
  readonly publisher: string
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  readonly data: T
}

/** A call as its handler sees it: options after all hooks, and the namespace of who called. */
export interface Call<T = Options> {
  readonly data: T
  readonly deferred: Deferred
  readonly commander: string
  readonly command: string
  readonly time: number
}

// Methods, so that a handler may say more exactly what data it takes.
export type Handler<T = Options> = { handle(call: Call<T>): unknown }['handle']
export type Subscriber<T = Options> = { hear(event: BusEvent<T>): unknown }['hear']
/** Sees the options of a call before its handler does; anything but an object cancels the call. */
export type Hook = { look(options: Options): unknown }['look']
export type Registry = Record<string, { events: string[]; commands: string[] }>

/** A plugin's interface to the bus: what `registerPlugin` gives. */
export interface Plugin {
  namespace(): string
  registerCommand<T = Options>(name: string, handler: Handler<T>): boolean
  registerCommands(handlers: Record<string, Handler>): boolean
  registerEvents(names: readonly string[] | string): boolean
  command<T = unknown>(address: string, options?: object | null): Promised<T>
  before(address: string, hook: Hook): boolean
  publish(event: string, data?: unknown): boolean
  republish(event: string, data?: unknown): boolean
  publishDirect(event: string, data?: unknown): boolean
  subscribe<T = Options>(address: string, subscriber: Subscriber<T>): string | false
  unsubscribe(address: string): boolean
  subscribers(): Record<string, string[]>
  data(): Options
  data<T = unknown>(key: string, value?: T): T | undefined
  registry(): Registry
  ready(): void
}

/** What `configure` sets; unknown keys and wrong types are ignored. */
export interface BusOptions {
  debug: boolean
  log: boolean
  logStore: boolean
  async: boolean
  pluginsPath: string
  pluginFilenameFormat: string
  pluginMap: Record<string, string | false>
  loadPlugins: boolean
  unlocked: boolean
}

/** The control over the bus, given to the first who asks. */
export interface Master {
  lock(): void
  unlock(): void
  config(): BusOptions
}

/** What can be seen of a running bus; `lines` is the log in memory, when `logStore` asks for it. */
export interface Runtime {
  readonly version: string
  readonly plugins: string[]
  readonly ready: boolean
  readonly lines: readonly unknown[][]
}

/** The bus: `window.CXBus`. */
export interface Bus {
  registerPlugin(name: string): Plugin | false
  command<T = unknown>(address: string, options?: object | null): Promised<T>
  subscribe<T = Options>(event: string, subscriber: Subscriber<T>): string | false
  data: Plugin['data']
  configure(options: Partial<BusOptions>): void
  loadPlugin(name: string): Promised
  loadFile(url: string): Promised
  loadModule(name: string): Promised
  registerModule(name: string, value: unknown): boolean
  registerMaster(): Master | undefined
  /** Only with `configure({unlocked: true})`. */
  getPluginInterface?(name: string): Plugin | undefined
  readonly runtime: Runtime
}

/** The interface of the plugin `QuickBus`, which pages use: `_genesys.widgets.bus`. */
export type QuickBus = Plugin & Pick<Bus, 'registerPlugin'>
