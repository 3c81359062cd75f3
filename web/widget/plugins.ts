// How the plugins that come after the core reach it.

import type { Core } from './core/start'
import type { Desk } from './desk'

/** What the main file of a plugin exports. */
export interface PluginFile {
  /** Register the plugin on the bus, at once; become ready after `App.ready`. */
  register(desk: Desk, core: Core): unknown
}

/** By name, in lower case. */
export type Plugins = Record<string, () => PluginFile | Promise<PluginFile>>
