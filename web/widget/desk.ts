// What the loader gives to the parts that come later.

import type { Bus, Plugin, QuickBus } from '../shared/types'
import type { Settings } from './settings'

/** The button that opens the chat. */
export interface Launcher {
  /** The button, when it is there. */
  readonly node: HTMLElement | undefined
  /** Put it on the page, after a while; a second call changes nothing. */
  show(delayMs?: number, durationMs?: number): void
  hide(): void
}

/** The page as the widget sees it. */
export interface Desk {
  readonly version: string
  /** Where our files are; ends with a slash. */
  readonly base: string
  readonly bus: Bus
  readonly quick: QuickBus
  readonly launcher: Launcher
  /** Whether everything of ours starts together, or only what the page asks for. */
  isBundle: boolean
  /** The configuration as it is now. Parts of it are changed by pages at any time: keep no copy. */
  settings(): Settings
  /** When the page has been parsed, and so has had the time to give its configuration. */
  readonly configured: Promise<unknown>
  /** The exports of a file of ours: `PARTS` of build/build.mjs, or a language. One that does not come is asked for twice. */
  fetch<T>(name: string, isLastTry?: boolean): Promise<T>
  /** Told, once the core is there, of each plugin whose events somebody subscribes to. */
  listened?: (plugin: string) => unknown
  /** The element of ours that holds everything to be seen, in an open shadow root. */
  mount(): HTMLElement
  /** Bring one of our plugins, or what it needs: `widgets-core`, `webchat`, `webchatservice`. */
  load(name: string): Promise<unknown>
}

/** The global `frontdesk`. Before the script has come it may be an array of functions, which are called then. */
export interface Frontdesk extends Pick<Plugin, 'command' | 'subscribe' | 'before'> {
  readonly version: string
  readonly bus: Bus
  /** Add to the configuration; each plugin's options are merged. */
  configure(settings: Settings): void
  /** Call functions with this object. */
  push(...functions: ((frontdesk: Frontdesk) => unknown)[]): void
  load(name: string): Promise<unknown>
  /** Start as one bundle. */
  begin(): void
}

declare global {
  interface Window {
    CXBus?: Bus
    frontdesk?: Frontdesk | ((frontdesk: Frontdesk) => unknown)[]
    _genesys?: { widgets?: Settings; cxwidget?: Settings }
  }
}
