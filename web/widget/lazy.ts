// The core alone, for pages that say themselves what is loaded when: each plugin is a file of its own.

import { type Core, startCore } from './core/start'
import type { Desk } from './desk'
import type { PluginFile } from './plugins'

export const start = (desk: Desk): Core =>
  startCore(
    desk,
    {
      webchatservice: () => desk.fetch<PluginFile>('webchatservice'),
      webchat: () => desk.fetch<PluginFile>('webchat'),
    },
    { headless: () => desk.fetch<PluginFile>('headless') },
  )
