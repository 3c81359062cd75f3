// The plugins that come after the core, each in a file of its own that is fetched when it is wanted.

import type { Core } from './core/start'
import type { Desk } from './desk'

/** What the main file of a plugin exports. */
export interface PluginFile {
  /** Register the plugin on the bus, at once; become ready after `App.ready`. */
  register(desk: Desk, core: Core): void
}

/** By name, in lower case. */
export const PLUGINS: Record<string, () => Promise<PluginFile>> = {
  webchatservice: () => import('./service/plugin'),
}

/** Brought only when a page asks for them by name. */
export const ON_DEMAND: typeof PLUGINS = {
  headless: () => import('./lifecycle/headless'),
}
